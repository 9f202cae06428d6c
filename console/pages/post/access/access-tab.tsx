import { type FormEvent, useState } from "react";
import type { Part, QualityPolicy, VideoPost } from "../../../../client/index.ts";
import { answered } from "../../../api/api-problem.ts";
import { ActionButton } from "../../../components/buttons.tsx";
import { ConfirmDialog } from "../../../components/dialogs/dialogs.tsx";
import { type Choice, SelectInput, TextInput } from "../../../components/fields.tsx";
import { Empty } from "../../../components/states.tsx";
import { CommandProblem } from "../commands/command-problem.tsx";
import { usePostCommand } from "../commands/use-post-command.ts";

/** Who may watch which quality of each part. */
export function AccessTab({ post }: { readonly post: VideoPost }) {
  const parts = post.files.filter(({ qualityAuth }) => qualityAuth.length > 0);
  if (parts.length === 0)
    return (
      <Empty heading="There are no policies yet.">
        <p>A part gets its policies when it is encrypted.</p>
      </Empty>
    );
  return parts.map((part) => (
    <PartPolicies key={`${part.fileIndex}/${JSON.stringify(part.qualityAuth)}`} post={post} part={part} />
  ));
}

type Policy = QualityPolicy["policy"];

const POLICIES: readonly Choice<Policy>[] = [
  { value: "PUBLIC", label: "Everybody" },
  { value: "AUTHENTICATED", label: "Viewers who have signed in" },
  { value: "ENTITLED", label: "Viewers with an entitlement" },
  { value: "DENIED", label: "Nobody" },
];

function PartPolicies({ post, part }: { readonly post: VideoPost; readonly part: Part }) {
  const command = usePostCommand(post);
  const [policies, setPolicies] = useState<readonly QualityPolicy[]>(part.qualityAuth);
  const { fileIndex, fileName } = part;
  const change = (quality: string, changed: Partial<QualityPolicy>) =>
    setPolicies((before) => before.map((one) => (one.quality === quality ? { ...one, ...changed } : one)));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    command.mutate((api, { videoPostId }) => {
      const sent = policies.map(({ quality, policy, entitlement }) => ({
        ...{ quality, policy },
        entitlement: policy === "ENTITLED" && entitlement !== "" ? entitlement : null,
      }));
      return answered(api.setPolicies({ body: { videoPostId, fileIndex, policies: sent } }));
    });
  };
  return (
    <form className="card" onSubmit={submit} aria-label={`Policies of ${fileName}`}>
      <h2 dir="auto">{fileName}</h2>
      {policies.map(({ quality, policy, entitlement }) => (
        <fieldset key={quality} className="policy">
          <legend>{quality}</legend>
          <SelectInput
            label={`Who may watch ${quality}`}
            choices={POLICIES}
            value={policy}
            onChange={(chosen) => change(quality, { policy: chosen })}
          />
          {policy === "ENTITLED" && (
            <TextInput
              label={`Entitlement for ${quality}`}
              value={entitlement ?? ""}
              onChange={(name) => change(quality, { entitlement: name })}
              description={`Empty: the entitlement ${quality}`}
            />
          )}
        </fieldset>
      ))}
      <CommandProblem command={command} videoPostId={post.videoPostId} />
      {command.isSuccess && <p role="status">The policies apply from the next token on.</p>}
      <div className="card-buttons">
        <ActionButton type="submit" variant="primary" isPending={command.isPending}>
          Save the policies
        </ActionButton>
        <RevokePart post={post} part={part} />
      </div>
    </form>
  );
}

function RevokePart({ post, part: { fileIndex } }: { readonly post: VideoPost; readonly part: Part }) {
  const command = usePostCommand(post);
  return (
    <ConfirmDialog
      label="Revoke all tokens"
      variant="danger"
      heading="Revoke all tokens of the part"
      text="Viewers who watch it now stop at their next key, and need a new token."
      onConfirm={() =>
        command.mutateAsync((api, { videoPostId }) => answered(api.revoke({ body: { videoPostId, fileIndex } })))
      }
    />
  );
}
