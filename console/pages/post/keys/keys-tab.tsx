import { useQuery } from "@tanstack/react-query";
import type { ContentKey, Part, VideoPost } from "../../../../client/index.ts";
import { answered } from "../../../api/api-problem.ts";
import { Badge, type Tone } from "../../../components/badge.tsx";
import { ConfirmDialog } from "../../../components/dialogs/dialogs.tsx";
import { DateTime, wordsOf } from "../../../components/facts.tsx";
import { Empty, Loading, ProblemNotice } from "../../../components/states.tsx";
import { useHolds, useSession } from "../../../session/session.tsx";
import { usePostCommand } from "../commands/use-post-command.ts";
import { keysQuery } from "../post-queries.ts";
import { RotateParts } from "./rotate-parts.tsx";

/** The key versions of each part: in each version, each quality has another key. */
export function KeysTab({ post }: { readonly post: VideoPost }) {
  const parts = post.files.filter(({ keyVersion }) => keyVersion !== null);
  if (parts.length === 0)
    return (
      <Empty heading="There are no keys yet.">
        <p>A part gets its keys when it is encrypted.</p>
      </Empty>
    );
  return (
    <>
      {parts.length > 1 && post.status !== "DELETED" && <RotateParts post={post} parts={parts} />}
      {parts.map((part) => (
        <PartKeys key={part.fileIndex} post={post} part={part} />
      ))}
    </>
  );
}

type Shown = { readonly post: VideoPost; readonly part: Part };

function PartKeys({ post, part }: Shown) {
  const { api } = useSession();
  const keys = useQuery(keysQuery(api, post.videoPostId, part.fileIndex));
  return (
    <section className="card" aria-label={`Keys of ${part.fileName}`}>
      <div className="card-head">
        <h2 dir="auto">{part.fileName}</h2>
        {post.status !== "DELETED" && <Rotate post={post} part={part} />}
      </div>
      {keys.isPending && <Loading label="Loading keys" />}
      {keys.error !== null && <ProblemNotice error={keys.error} retry={() => void keys.refetch()} />}
      {keys.data !== undefined &&
        versionsOf(keys.data).map(([version, ofVersion]) => (
          <KeyVersion key={version} post={post} part={part} version={version} keys={ofVersion} />
        ))}
    </section>
  );
}

function versionsOf(keys: readonly ContentKey[]): readonly (readonly [number, readonly ContentKey[]])[] {
  return [...Map.groupBy(keys, ({ keyVersion }) => keyVersion)].toSorted(([a], [b]) => b - a);
}

const TONES: Readonly<Record<ContentKey["status"], Tone>> = {
  STAGED: "busy",
  ACTIVE: "good",
  RETIRING: "waiting",
  REVOKED: "bad",
};

type KeyVersionProps = Shown & { readonly version: number; readonly keys: readonly ContentKey[] };

function KeyVersion({ post, part, version, keys }: KeyVersionProps) {
  const maySetAccess = useHolds("access:write");
  const isUsable = keys.some(({ status }) => status === "ACTIVE" || status === "RETIRING");
  return (
    <>
      <div className="card-head">
        <h3>
          Version {version}
          {version === part.keyVersion && " (plays)"}
        </h3>
        {maySetAccess && isUsable && <RevokeVersion post={post} part={part} version={version} />}
      </div>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">Quality</th>
            <th scope="col">State</th>
            <th scope="col">Created</th>
            <th scope="col">Usable until</th>
          </tr>
        </thead>
        <tbody>
          {keys.map(({ keyId, quality, status, createdAt, usableUntil }) => (
            <tr key={keyId}>
              <th scope="row">{quality}</th>
              <td>
                <Badge tone={TONES[status]}>{wordsOf(status)}</Badge>
              </td>
              <td>
                <DateTime at={createdAt} />
              </td>
              <td>{usableUntil === null ? "–" : <DateTime at={usableUntil} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Rotate({ post, part: { fileIndex } }: Shown) {
  const command = usePostCommand(post);
  return (
    <ConfirmDialog
      label="Rotate"
      heading="Rotate the keys of the part"
      text="The part is encrypted again with new keys. Viewers who watch it keep the old ones until these expire."
      onConfirm={() =>
        command.mutateAsync((api, { videoPostId }) => answered(api.rotateKeys({ body: { videoPostId, fileIndex } })))
      }
    />
  );
}

function RevokeVersion({ post, part: { fileIndex, keyVersion }, version }: Shown & { readonly version: number }) {
  const command = usePostCommand(post);
  const plays = version === keyVersion;
  return (
    <ConfirmDialog
      label="Revoke"
      variant="danger"
      heading={`Revoke version ${version}`}
      text={
        plays
          ? "This version plays: nobody can watch the part until it is rotated."
          : "Viewers who still use this version stop at their next key."
      }
      onConfirm={() =>
        command.mutateAsync((api, { videoPostId }) =>
          answered(api.revoke({ body: { videoPostId, fileIndex, keyVersion: version } })),
        )
      }
    />
  );
}
