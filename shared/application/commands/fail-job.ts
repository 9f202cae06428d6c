import type { Failure } from "../../domain/job/failure.ts";
import { backoffMs, type JobRules, type TranscodeJob } from "../../domain/job/transcode-job.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { SaveFence, VideoPostRepository } from "../ports/video-post-repository.ts";
import { applyVideoPostEncryptResult, applyVideoPostTranscodeResult } from "./apply-video-post-results.ts";

export type FailOutcome =
  | { readonly kind: "retry"; readonly runAfter: number }
  | { readonly kind: "failed" }
  | { readonly kind: "lease-lost" };

type Deps = {
  readonly posts: VideoPostRepository;
  readonly jobs: JobStore;
  readonly rules: JobRules;
  /** From 0 to 1, so that jobs that failed together do not all return at once. */
  readonly random: () => number;
};

export type JobFailure = Failure & {
  readonly permanent: boolean;
  /** Whether the result failed its verification. */
  readonly verification?: boolean;
};

/**
 * Retries a failed job later, unless the failure is permanent or the attempts are used up. A verification that fails
 * twice with the same reason is permanent: the file causes it.
 */
export async function failJob(
  deps: Deps,
  job: TranscodeJob,
  leaseToken: string,
  { code, reason, permanent, verification = false }: JobFailure,
  now: number,
): Promise<FailOutcome> {
  const repeated = verification && job.failedVerification === reason;
  if (permanent || repeated || job.attempt >= job.maxAttempts) {
    return failForGood(deps, job, { kind: "lease", jobId: job.jobId, leaseToken }, { code, reason }, now);
  }
  const runAfter = now + backoffMs(job.attempt, deps.rules, deps.random());
  const failedVerification = verification ? reason : job.failedVerification;
  const wait = { jobId: job.jobId, leaseToken, now, runAfter, code, reason, failedVerification };
  const kept = await deps.jobs.retryLater(wait);
  return kept ? { kind: "retry", runAfter } : { kind: "lease-lost" };
}

/** Marks the part FAILED and ends the job, in one save under `fence`. A job without a part ends alone. */
export async function failForGood(
  { posts, jobs }: Pick<Deps, "posts" | "jobs">,
  job: TranscodeJob,
  fence: SaveFence,
  failure: Failure,
  now: number,
): Promise<FailOutcome> {
  const target = { videoPostId: job.videoPostId, fileId: job.fileId, fence };
  const apply = job.kind === "TRANSCODE" ? applyVideoPostTranscodeResult : applyVideoPostEncryptResult;
  const outcome = await apply(posts, target, { kind: "failed", ...failure }, now);
  if (outcome.kind === "done") return { kind: "failed" };
  if (outcome.kind === "lease-lost") return { kind: "lease-lost" };
  if (outcome.kind === "conflict") throw new Error(`the failure of job ${job.jobId} met other saves each time`);
  // The post was deleted, which cancels its jobs, or its rows are gone: the job ends alone.
  const ended = await jobs.failOrphan({ jobId: job.jobId, ...failure, now });
  return { kind: ended ? "failed" : "lease-lost" };
}
