import { hasResultOf } from "../../domain/job-outcomes/recovery.ts";
import { versionsInProgress } from "../../domain/part/part-versions.ts";
import { jobActor } from "../../domain/post/post-trace.ts";
import { settle, type VideoPost } from "../../domain/post/video-post.ts";
import { decideAndSave } from "../decide-and-save.ts";
import type { ClaimedJob, JobStore } from "../ports/job-store.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

/** More than a part and kind ever has. */
const JOBS_OF_A_POST = 1000;

/**
 * Ends a job as SUCCEEDED if its part already has its result; otherwise changes nothing and returns false. Results and
 * the ends of their jobs are one batch, so only a job row that was restored by hand or from a partial backup leads
 * here. It must not cost another encoding.
 */
export async function completeFinishedJob(
  { posts, jobs }: { readonly posts: VideoPostRepository; readonly jobs: JobStore },
  { job, leaseToken }: ClaimedJob,
  post: VideoPost,
  now: number,
): Promise<boolean> {
  const file = versionsInProgress(post).find(({ id }) => id === job.fileId);
  // Only an encryption of what already plays needs the earlier claims (hasResultOf).
  if (file === undefined || !hasResultOf(file, job, 0)) return false;
  if (!hasResultOf(file, job, await earlierClaims(jobs, job))) return false;
  const decide = (current: VideoPost) =>
    ({ kind: "changed", change: settle(current, [], now), value: undefined }) as const;
  const options = { fence: { kind: "lease", jobId: job.jobId, leaseToken }, jobEnd: { kind: "succeed" } } as const;
  const action = job.kind === "TRANSCODE" ? "job.transcode" : "job.encrypt";
  const trace = { actor: jobActor(job.jobId), action, part: { fileId: job.fileId }, result: "SUCCESS" } as const;
  const outcome = await decideAndSave(posts, job.videoPostId, trace, now, decide, options);
  return outcome.kind === "done";
}

async function earlierClaims(jobs: JobStore, job: ClaimedJob["job"]): Promise<number> {
  if (job.kind === "TRANSCODE") return 0;
  const all = await jobs.list({ videoPostId: job.videoPostId, kind: job.kind, limit: JOBS_OF_A_POST });
  const earlier = all.filter(({ fileId, jobId }) => fileId === job.fileId && jobId < job.jobId);
  return Math.max(0, ...earlier.map(({ claimNo }) => claimNo));
}
