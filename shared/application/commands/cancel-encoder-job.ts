import { type EncoderJobState, encoderStatus, isEnded, presentJob } from "../../domain/encoder/encoder-job.ts";
import { cancelEncoding } from "../../domain/job-outcomes/recovery.ts";
import { refused, type VideoPost } from "../../domain/post/video-post.ts";
import { cancelledJobEvents, withAnnouncements } from "../../domain/webhooks/announcements.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { EncoderJobs } from "../ports/encoder-jobs.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

type Deps = { readonly posts: VideoPostRepository; readonly encoderJobs: Pick<EncoderJobs, "find"> };

/** A transcode job that ends meanwhile is followed by its encrypt job, which is cancelled instead. */
const MOST_TRIES = 3;

/**
 * Ends the live job, transcode or encrypt, with its part in one save, and drops what the encoding has made. The holder
 * learns of it at its next heartbeat or result, and what it stored until then is deleted.
 */
export async function cancelEncoderJob(
  { posts, encoderJobs }: Deps,
  jobId: string,
  by: string,
  now: number,
): Promise<CommandOutcome> {
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    const job = await encoderJobs.find(jobId);
    if (job === null) return refused({ kind: "not-found" });
    if (job.isDeleted) return refused({ kind: "deleted" });
    const status = encoderStatus(job);
    if (isEnded(status)) return refused({ kind: "wrong-state", detail: `the job is ${status}` });
    const outcome = await cancelPresent(posts, job, by, now);
    if (outcome.kind !== "lease-lost") return outcome;
  }
  return { kind: "conflict" };
}

function cancelPresent(posts: VideoPostRepository, job: EncoderJobState, by: string, now: number) {
  const { videoPostId, fileId } = job;
  const { jobId } = presentJob(job);
  const kind = job.encrypt === null ? "TRANSCODE" : "ENCRYPT";
  const decide = (post: VideoPost) =>
    withAnnouncements(cancelEncoding(post, fileId, now), (after) => cancelledJobEvents(after, { jobId, kind, fileId }));
  const trace = { actor: by, action: "job.cancel", part: { fileId } } as const;
  const options = { fence: { kind: "live-job", jobId }, jobEnd: { kind: "cancel" } } as const;
  return decideAndSave(posts, videoPostId, trace, now, decide, options);
}
