import type { Job, Part, VideoPost } from "../../../../client/index.ts";
import { Badge, type Tone } from "../../../components/badge.tsx";
import { bytesText, durationText } from "../../../components/facts.tsx";
import { isActive } from "../post-queries.ts";
import { JobProgress } from "./job-progress.tsx";
import { PartCommands } from "./part-commands.tsx";

type PartCardProps = {
  readonly post: VideoPost;
  readonly part: Part;
  /** The file indexes of all parts in their order. */
  readonly order: readonly number[];
  readonly index: number;
  readonly jobs: readonly Job[];
  readonly mayWrite: boolean;
};

export function PartCard({ post, part, order, index, jobs, mayWrite }: PartCardProps) {
  const { label, tone } = stateOf(part);
  const newest = jobs.toSorted((a, b) => b.createdAt - a.createdAt)[0];
  return (
    <article className="card" aria-label={`Part ${index + 1}`}>
      <div className="card-head">
        <h3 dir="auto">{`${index + 1}. ${part.fileName}`}</h3>
        <Badge tone={tone}>{label}</Badge>
      </div>
      <p className="quiet">{factsOf(part)}</p>
      <Failure {...part} />
      {jobs.filter(isActive).map((job) => (
        <JobProgress key={job.jobId} job={job} mayWrite={mayWrite} post={post} />
      ))}
      {part.replacement !== null && <ReplacementState replacement={part.replacement} />}
      {mayWrite && (
        <PartCommands
          post={post}
          part={part}
          order={order}
          index={index}
          retryable={newest?.state === "FAILED" || newest?.state === "CANCELLED" ? newest : null}
        />
      )}
    </article>
  );
}

type State = Pick<Part, "transferResult" | "encryptStatus">;

function stateOf({ transferResult, encryptStatus }: State): { readonly label: string; readonly tone: Tone } {
  if (transferResult === "FAILED" || encryptStatus === "FAILED") return { label: "Failed", tone: "bad" };
  if (transferResult === "CANCELLED" || encryptStatus === "CANCELLED") return { label: "Cancelled", tone: "quiet" };
  if (encryptStatus === "ENCRYPTED") return { label: "Ready", tone: "good" };
  if (transferResult === "TRANSCODING") return { label: "Converting", tone: "busy" };
  if (transferResult === "IMPORTED") return { label: "Imported", tone: "waiting" };
  return { label: "Encrypting", tone: "busy" };
}

function factsOf({ durationSeconds, fileSize, variants, probe }: Part): string {
  const video = probe?.video;
  return [
    durationSeconds === null ? null : durationText(durationSeconds),
    fileSize === null ? null : bytesText(fileSize),
    video === undefined || video === null ? null : `${video.width} × ${video.height} ${video.codec}`,
    variants.length === 0 ? null : variants.map(({ quality }) => quality).join(", "),
  ]
    .filter((fact) => fact !== null)
    .join(" · ");
}

type FailureProps = Pick<Part, "failCode" | "failReason" | "warnings">;

function Failure({ failCode, failReason, warnings }: FailureProps) {
  return (
    <>
      {failReason !== null && (
        <div className="notice notice-problem">
          <p>{failReason}</p>
          {failCode !== null && <code>{failCode}</code>}
        </div>
      )}
      {warnings.length > 0 && (
        <ul className="notice" aria-label="Warnings">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
    </>
  );
}

function ReplacementState({ replacement }: { readonly replacement: NonNullable<Part["replacement"]> }) {
  const { label, tone } = stateOf(replacement);
  return (
    <div className="replacement">
      <p>
        <span dir="auto">{`Replacement: ${replacement.fileName}`}</span> <Badge tone={tone}>{label}</Badge>
      </p>
      <p className="quiet small">What plays stays until the replacement is ready.</p>
      <Failure {...replacement} />
    </div>
  );
}
