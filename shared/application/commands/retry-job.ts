import type { TranscodeJob } from "../../domain/job/transcode-job.ts";
import { resumePart } from "../../domain/job-outcomes/recovery.ts";
import { refused } from "../../domain/post/video-post.ts";
import { retriedJobEvents, withAnnouncements } from "../../domain/webhooks/announcements.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { SaveFence, VideoPostRepository } from "../ports/video-post-repository.ts";

type Deps = { readonly posts: VideoPostRepository; readonly jobs: JobStore };

/** The id of the job that the retry queued. */
export type RetriedJob = { readonly jobId: string };

/**
 * Queues ended work again, in one save with its part. A FAILED job is QUEUED with all its attempts. A CANCELLED job
 * stays, since its former holder may still run, and a new job replaces it. Refused unless the job is the newest of its
 * part and kind.
 */
export async function retryJob(
  { posts, jobs }: Deps,
  jobId: string,
  by: string,
  now: number,
): Promise<CommandOutcome<RetriedJob>> {
  const job = await jobs.find(jobId);
  if (job === null) return refused({ kind: "not-found" });
  const { state, videoPostId, fileId, kind } = job;
  if (state !== "FAILED" && state !== "CANCELLED") return notEnded(job);
  const next = state === "FAILED" ? jobId : uuidV7(now);
  const fence: SaveFence = { kind: "ended-job", jobId, state };
  const jobEnd = state === "FAILED" ? ({ kind: "requeue" } as const) : ({ kind: "keep" } as const);
  const newJobs = state === "FAILED" ? [] : [{ jobId: next, fileId, kind }];
  const decide = (post: Parameters<typeof resumePart>[0]) =>
    withAnnouncements(resumePart(post, fileId, kind, newJobs, now), (after) => retriedJobEvents(after, job));
  const trace = { actor: by, action: "job.retry", part: { fileId } } as const;
  const outcome = await decideAndSave(posts, videoPostId, trace, now, decide, { fence, jobEnd });
  if (outcome.kind === "done") return { ...outcome, value: { jobId: next } };
  if (outcome.kind !== "lease-lost") return outcome;
  return refused({ kind: "wrong-state", detail: `a newer ${kind} job of the same part has replaced it` });
}

function notEnded({ state }: TranscodeJob) {
  return refused({ kind: "wrong-state", detail: `the job is ${state}, not FAILED or CANCELLED` });
}
