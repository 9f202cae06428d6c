import { hasResultOf } from "../../domain/recovery.ts";
import { settle, type VideoPost } from "../../domain/video-post.ts";
import { decideAndSave } from "../decide-and-save.ts";
import type { ClaimedJob, JobStore } from "../ports/job-store.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

/** More than one part and kind ever has. */
const JOBS_OF_A_POST = 1000;

/**
 * Ends a job as SUCCEEDED whose part has its result already; false, and nothing is changed, when it has none.
 *
 * Results and the ends of their jobs are saved in one batch, so neither a crash nor a lost reply leads here. A job row
 * that was put back by hand, or came out of a backup of that table alone, does: it must not cost another encoding.
 */
export async function completeFinishedJob(
  { posts, jobs }: { readonly posts: VideoPostRepository; readonly jobs: JobStore },
  { job, leaseToken }: ClaimedJob,
  post: VideoPost,
  now: number,
): Promise<boolean> {
  const file = post.files.find((part) => part.id === job.fileId);
  // Earlier claims are looked up only where hasResultOf could need them: an encryption of what plays already.
  if (file === undefined || !hasResultOf(file, job, 0)) return false;
  if (!hasResultOf(file, job, await earlierClaims(jobs, job))) return false;
  const decide = (current: VideoPost) =>
    ({ kind: "changed", change: settle(current, [], now), value: undefined }) as const;
  const options = { fence: { kind: "lease", jobId: job.jobId, leaseToken }, jobEnd: { kind: "succeed" } } as const;
  const outcome = await decideAndSave(posts, job.videoPostId, now, decide, options);
  return outcome.kind === "done";
}

async function earlierClaims(jobs: JobStore, job: ClaimedJob["job"]): Promise<number> {
  if (job.kind === "TRANSCODE") return 0;
  const all = await jobs.list({ videoPostId: job.videoPostId, kind: job.kind, limit: JOBS_OF_A_POST });
  const earlier = all.filter(({ fileId, jobId }) => fileId === job.fileId && jobId < job.jobId);
  return Math.max(0, ...earlier.map(({ claimNo }) => claimNo));
}
