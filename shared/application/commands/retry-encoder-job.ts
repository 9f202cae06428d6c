import { type EncoderJobState, encoderStatus, presentJob } from "../../domain/encoder/encoder-job.ts";
import { resumePart } from "../../domain/job-outcomes/recovery.ts";
import { refused, type VideoPost } from "../../domain/post/video-post.ts";
import { retriedJobEvents, withAnnouncements } from "../../domain/webhooks/announcements.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { EncoderJobs } from "../ports/encoder-jobs.ts";
import type { SaveOptions, VideoPostRepository } from "../ports/video-post-repository.ts";

type Deps = { readonly posts: VideoPostRepository; readonly encoderJobs: Pick<EncoderJobs, "find"> };

/**
 * Queues an ended encoding again. A FAILED job is QUEUED with all its attempts; a failed encryption reads the renditions
 * that are there. A CANCELLED job stays, since its former holder may still run, and a new one replaces it: a transcode
 * job, where the cancellation has dropped the renditions.
 */
export async function retryEncoderJob(
  { posts, encoderJobs }: Deps,
  jobId: string,
  by: string,
  now: number,
): Promise<CommandOutcome> {
  const job = await encoderJobs.find(jobId);
  if (job === null) return refused({ kind: "not-found" });
  if (job.isDeleted) return refused({ kind: "deleted" });
  const status = encoderStatus(job);
  if (status !== "FAILED" && status !== "CANCELLED") return notEnded(status);
  const { fileId, videoPostId } = job;
  const trace = { actor: by, action: "job.retry", part: { fileId } } as const;
  const decide = (post: VideoPost) => resumed(post, job, status, now);
  const outcome = await decideAndSave(posts, videoPostId, trace, now, decide, optionsOf(job, status));
  return outcome.kind === "lease-lost" ? notEnded("started again") : outcome;
}

function resumed(post: VideoPost, job: EncoderJobState, status: "FAILED" | "CANCELLED", now: number) {
  const { fileId, encrypt } = job;
  const isThere = post.files.some(({ id, clear }) => id === fileId && clear !== null);
  const kind = encrypt !== null && isThere ? "ENCRYPT" : "TRANSCODE";
  const jobs = status === "FAILED" ? [] : [{ jobId: uuidV7(now), fileId, kind } as const];
  const { jobId } = presentJob(job);
  return withAnnouncements(resumePart(post, fileId, kind, jobs, now), (after) =>
    retriedJobEvents(after, { jobId, kind, fileId }),
  );
}

function optionsOf(job: EncoderJobState, state: "FAILED" | "CANCELLED"): SaveOptions {
  const { jobId } = presentJob(job);
  return { fence: { kind: "ended-job", jobId, state }, jobEnd: { kind: state === "FAILED" ? "requeue" : "keep" } };
}

function notEnded(state: string) {
  return refused({ kind: "wrong-state", detail: `the job is ${state}, not FAILED or CANCELLED` });
}
