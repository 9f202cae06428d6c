import type { TranscodeJob } from "../../domain/job/transcode-job.ts";
import { type PartRotation, rotateKeys } from "../../domain/rotation/key-rotation.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

export type RotationOfPart =
  | { readonly fileIndex: number; readonly outcome: "queued"; readonly jobId: string }
  /** An encryption is already in progress; its result has new keys too. */
  | { readonly fileIndex: number; readonly outcome: "already-queued"; readonly jobId: string }
  | { readonly fileIndex: number; readonly outcome: "not-playing" | "no-clear-renditions" };

/** A post has at most 100 parts, and each at most one live job of a kind; the newest come first. */
const JOBS_READ = 300;

/**
 * RotateVideoHlsKeyBatch for one post: requests an encrypt job for each part that plays, in one save. The database
 * refuses a second live job, so the outcome of each part is read after the save.
 */
export async function rotateVideoHlsKeys(
  { posts, jobs }: { readonly posts: VideoPostRepository; readonly jobs: JobStore },
  target: { readonly videoPostId: string; readonly fileIndex: number | null },
  by: string,
  now: number,
): Promise<CommandOutcome<readonly RotationOfPart[]>> {
  const { videoPostId, fileIndex } = target;
  const part = fileIndex === null ? undefined : { fileIndex };
  const decided = await decideAndSave(posts, videoPostId, { actor: by, action: "keys.rotate", part }, now, (post) =>
    rotateKeys(post, fileIndex, () => uuidV7(now), now),
  );
  if (decided.kind !== "done") return decided;
  const found = await jobs.list({ videoPostId, kind: "ENCRYPT", limit: JOBS_READ });
  return { ...decided, value: decided.value.map((part) => outcomeOf(part, found)) };
}

/** The newest job of the part: the requested one, or the one that was live already. */
function outcomeOf({ fileId, fileIndex, plan }: PartRotation, jobs: readonly TranscodeJob[]): RotationOfPart {
  if (plan.kind !== "job") return { fileIndex, outcome: plan.kind };
  const newest = jobs.find((job) => job.fileId === fileId);
  if (newest === undefined) throw new Error("a part for which a job was asked has none");
  const { jobId } = newest;
  if (jobs.some((job) => job.jobId === plan.jobId)) return { fileIndex, outcome: "queued", jobId: plan.jobId };
  return { fileIndex, outcome: "already-queued", jobId };
}
