import { cancelPart } from "../../domain/job-outcomes/recovery.ts";
import { refused, type VideoPost } from "../../domain/post/video-post.ts";
import { cancelledJobEvents, withAnnouncements } from "../../domain/webhooks/announcements.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

type Deps = { readonly posts: VideoPostRepository; readonly jobs: JobStore };

/** `requested`: a processor holds the job and stops with its next heartbeat or result. */
export type CancelledJob = "cancelled" | "requested";

/**
 * Cancels the job, its part unless that plays, and revokes the keys that the job staged, in one save. It never waits
 * for the holder: a holder that is dead or does not respond has lost the job with this save.
 */
export async function cancelJob(
  { posts, jobs }: Deps,
  jobId: string,
  by: string,
  now: number,
): Promise<CommandOutcome<CancelledJob>> {
  const job = await jobs.find(jobId);
  if (job === null) return refused({ kind: "not-found" });
  const { fileId, kind, videoPostId, state } = job;
  const decide = (post: VideoPost) =>
    withAnnouncements(cancelPart(post, fileId, kind, now), (after) => cancelledJobEvents(after, job));
  const trace = { actor: by, action: "job.cancel", part: { fileId } } as const;
  const options = { fence: { kind: "live-job", jobId }, jobEnd: { kind: "cancel" } } as const;
  const outcome = await decideAndSave(posts, videoPostId, trace, now, decide, options);
  if (outcome.kind === "done") return { ...outcome, value: state === "RUNNING" ? "requested" : "cancelled" };
  if (outcome.kind !== "lease-lost") return outcome;
  return refused({ kind: "wrong-state", detail: "the job has ended" });
}
