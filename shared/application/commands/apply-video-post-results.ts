import type { Failure } from "../../domain/job/failure.ts";
import {
  applyEncryptResult,
  applyTranscodeResult,
  type EncryptResult,
  type TranscodeResult,
} from "../../domain/job-outcomes/job-results.ts";
import { jobActor, type PostAction, type PostTrace, SYSTEM } from "../../domain/post/post-trace.ts";
import type { VideoPost } from "../../domain/post/video-post.ts";
import { jobEvents, withAnnouncements } from "../../domain/webhooks/announcements.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { JobEnd, SaveFence, VideoPostRepository } from "../ports/video-post-repository.ts";

/* Records the result of a job and ends the job, in one fenced save. */

type Target = { readonly videoPostId: string; readonly fileId: string; readonly fence: SaveFence };

export function applyVideoPostTranscodeResult(
  posts: VideoPostRepository,
  { videoPostId, fileId, fence }: Target,
  result: TranscodeResult,
  now: number,
): Promise<CommandOutcome> {
  const job = { jobId: fence.jobId, kind: "TRANSCODE", fileId } as const;
  const decide = (post: VideoPost) =>
    withAnnouncements(applyTranscodeResult(post, fileId, result, now), (after) =>
      jobEvents(post, after, job, failureOf(result)),
    );
  const trace = traceOf("job.transcode", fileId, fence, result);
  return decideAndSave(posts, videoPostId, trace, now, decide, { fence, jobEnd: endOf(result) });
}

export function applyVideoPostEncryptResult(
  posts: VideoPostRepository,
  { videoPostId, fileId, fence }: Target,
  result: EncryptResult,
  now: number,
): Promise<CommandOutcome> {
  const job = { jobId: fence.jobId, kind: "ENCRYPT", fileId } as const;
  const decide = (post: VideoPost) =>
    withAnnouncements(applyEncryptResult(post, fileId, result, now), (after) =>
      jobEvents(post, after, job, failureOf(result)),
    );
  const trace = traceOf("job.encrypt", fileId, fence, result);
  return decideAndSave(posts, videoPostId, trace, now, decide, { fence, jobEnd: endOf(result) });
}

/** A processor reports under its lease; a job whose lease has expired is ended by the scan. */
function traceOf(
  action: PostAction,
  fileId: string,
  fence: SaveFence,
  result: TranscodeResult | EncryptResult,
): PostTrace {
  const actor = fence.kind === "lease" ? jobActor(fence.jobId) : SYSTEM;
  const outcome = result.kind === "done" ? ({ result: "SUCCESS" } as const) : failedWith(result.reason);
  return { actor, action, part: { fileId }, ...outcome };
}

function failedWith(reason: string) {
  return { result: "FAILED", reason } as const;
}

function failureOf(result: TranscodeResult | EncryptResult): Failure | null {
  return result.kind === "failed" ? { code: result.code, reason: result.reason } : null;
}

function endOf(result: TranscodeResult | EncryptResult): JobEnd {
  return result.kind === "done" ? { kind: "succeed" } : { kind: "fail", code: result.code, reason: result.reason };
}
