import type { Job } from "../../../client/index.ts";
import { Badge, type Tone } from "../../components/badge.tsx";

const SHOWN: Readonly<Record<Job["state"], { readonly label: string; readonly tone: Tone }>> = {
  QUEUED: { label: "Waits", tone: "waiting" },
  RUNNING: { label: "Runs", tone: "busy" },
  RETRY_WAIT: { label: "Waits for an attempt", tone: "waiting" },
  SUCCEEDED: { label: "Succeeded", tone: "good" },
  FAILED: { label: "Failed", tone: "bad" },
  CANCELLED: { label: "Cancelled", tone: "quiet" },
};

export function jobStateLabel(state: Job["state"]): string {
  return SHOWN[state].label;
}

export function JobStateBadge({ state }: Pick<Job, "state">) {
  const { label, tone } = SHOWN[state];
  return <Badge tone={tone}>{label}</Badge>;
}

/** What a job does or why it ended, in one line. */
export function JobDetail({ state, progress, failReason, failCode }: Job) {
  if (failReason !== null && state !== "SUCCEEDED")
    return (
      <span dir="auto">
        {failReason} <code className="quiet">{failCode}</code>
      </span>
    );
  if (state !== "RUNNING" || progress === null) return <span className="quiet">–</span>;
  return (
    <span>
      {progress.stage.toLowerCase()} {Math.floor(progress.percent)} %
    </span>
  );
}
