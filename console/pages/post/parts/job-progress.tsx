import type { Job, VideoPost } from "../../../../client/index.ts";
import { answered } from "../../../api/api-problem.ts";
import { ConfirmDialog } from "../../../components/dialogs/dialogs.tsx";
import { durationText } from "../../../components/facts.tsx";
import { Progress } from "../../../components/progress.tsx";
import { usePostCommand } from "../commands/use-post-command.ts";

type JobProgressProps = { readonly job: Job; readonly post: VideoPost; readonly mayWrite: boolean };

const STAGES: Readonly<Record<NonNullable<Job["stage"]>, string>> = {
  DOWNLOADING: "Reading the source",
  PROBING: "Inspecting the source",
  ENCODING: "Converting",
  UPLOADING: "Storing",
  ENCRYPTING: "Encrypting",
  VERIFYING: "Verifying",
};

/** A job under way, with the live progress of its processor. */
export function JobProgress({ job, post, mayWrite }: JobProgressProps) {
  const { progress, state } = job;
  const stage = progress?.stage ?? job.stage;
  const label = state === "RUNNING" && stage !== null ? STAGES[stage] : waitingText(job);
  const left = progress?.etaSeconds;
  return (
    <div className="job">
      <Progress
        label={label}
        percent={state === "RUNNING" ? (progress?.percent ?? null) : 0}
        detail={left === undefined ? undefined : `${durationText(left)} left`}
      />
      {mayWrite && <CancelJob job={job} post={post} />}
    </div>
  );
}

function waitingText({ state, kind, attempt, maxAttempts }: Job): string {
  const what = kind === "TRANSCODE" ? "conversion" : "encryption";
  if (state === "RETRY_WAIT") return `Attempt ${attempt} of ${maxAttempts} failed; the ${what} is repeated soon`;
  return state === "QUEUED" ? `The ${what} waits for a processor` : `The ${what} begins`;
}

function CancelJob({ job, post }: Pick<JobProgressProps, "job" | "post">) {
  const command = usePostCommand(post);
  return (
    <ConfirmDialog
      label="Cancel"
      heading="Cancel the job"
      confirmLabel="Cancel the job"
      text="What it has made is deleted. The part can be processed again later."
      isDisabled={job.cancelRequested}
      onConfirm={() => command.mutateAsync((api) => answered(api.cancelJob({ params: { jobId: job.jobId } })))}
    />
  );
}
