import { resumePart } from "../../domain/recovery.ts";
import { refused } from "../../domain/video-post.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { JobStore, VideoPostRepository } from "../ports.ts";

/**
 * An operator takes a dead letter up again: the job is QUEUED with all its attempts and its part on its way, in one
 * save. Refused unless the job is FAILED and the newest of its part and kind: an older one has been overtaken.
 */
export async function retryFailedJob(
  { posts, jobs }: { readonly posts: VideoPostRepository; readonly jobs: JobStore },
  jobId: string,
  now: number,
): Promise<CommandOutcome> {
  const job = await jobs.find(jobId);
  if (job === null) return refused({ kind: "not-found" });
  if (job.state !== "FAILED") return refused({ kind: "wrong-state", detail: `the job is ${job.state}, not FAILED` });
  const { videoPostId, fileId, kind } = job;
  const decide = (post: Parameters<typeof resumePart>[0]) => resumePart(post, fileId, kind, now);
  const options = { fence: { kind: "failed-job", jobId }, jobEnd: { kind: "requeue" } } as const;
  const outcome = await decideAndSave(posts, videoPostId, now, decide, options);
  if (outcome.kind !== "lease-lost") return outcome;
  return refused({ kind: "wrong-state", detail: `a newer ${kind} job of the same part has taken its place` });
}
