import {
  type EncoderJobState,
  encoderJobName,
  encoderStatus,
  presentJob,
} from "../../../shared/domain/encoder/encoder-job.ts";
import { encoderProgress } from "../../../shared/domain/encoder/encoder-progress.ts";
import type { JobKind, JobProgress } from "../../../shared/domain/job/transcode-job.ts";
import type { AppliedState, EndStatus, ReportingClaim } from "./claim-order.ts";
import type { EventData, EventName } from "./event-text.ts";

/** A job as the database has it, with what clients are shown of it. */
export type KnownState = {
  readonly job: EncoderJobState;
  readonly view: EventData;
};

export function appliedStateOf({ job }: Pick<KnownState, "job">): AppliedState {
  const { jobId, claimNo } = presentJob(job);
  return { version: job.postVersion, status: encoderStatus(job), claim: { jobId, claimNo } };
}

/** What an event of progress says: the part of the job's view that changes while it is in progress. */
export function progressData(
  job: EncoderJobState,
  claim: ReportingClaim & { readonly kind: JobKind },
  progress: JobProgress,
): EventData {
  return { jobId: encoderJobName(job.jobId), ...encoderProgress(asReported(job, claim, progress), progress) };
}

/** The state that the report implies: its claim runs. The database may not have been read since that claim. */
function asReported(
  job: EncoderJobState,
  { kind, jobId, claimNo }: ReportingClaim & { readonly kind: JobKind },
  progress: JobProgress,
): EncoderJobState {
  const { stage } = progress;
  const runs = { jobId, claimNo, state: "RUNNING", stage, progress, finishedAt: null } as const;
  return kind === "TRANSCODE"
    ? { ...job, transcode: { ...job.transcode, ...runs }, encrypt: null }
    : { ...job, encrypt: { ...(job.encrypt ?? job.transcode), ...runs } };
}

const END_NAMES = { COMPLETED: "job-completed", FAILED: "job-failed", CANCELLED: "job-cancelled" } as const;

export function endName(end: EndStatus): EventName {
  return END_NAMES[end];
}

/** Made for one response or one sending, and never stored. */
export type Minted = { readonly securePlaybackUrl?: unknown };

/** What of a view is stored, and what is only sent. The document writes the status of this one event in lower case. */
export function endData({ view }: KnownState, end: EndStatus): { readonly stored: EventData; readonly minted: Minted } {
  const { stored, minted } = withoutMinted(view);
  return { stored: end === "COMPLETED" ? { ...stored, status: "completed" } : stored, minted };
}

export function withoutMinted(view: EventData): { readonly stored: EventData; readonly minted: Minted } {
  const { securePlaybackUrl, ...stored } = view;
  return { stored, minted: { securePlaybackUrl } };
}
