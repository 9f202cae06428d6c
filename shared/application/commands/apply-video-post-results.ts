import {
  applyEncryptResult,
  applyTranscodeResult,
  type EncryptResult,
  type TranscodeResult,
} from "../../domain/job-results.ts";
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
  const decide = (post: Parameters<typeof applyTranscodeResult>[0]) => applyTranscodeResult(post, fileId, result, now);
  return decideAndSave(posts, videoPostId, now, decide, { fence, jobEnd: endOf(result) });
}

export function applyVideoPostEncryptResult(
  posts: VideoPostRepository,
  { videoPostId, fileId, fence }: Target,
  result: EncryptResult,
  now: number,
): Promise<CommandOutcome> {
  const decide = (post: Parameters<typeof applyEncryptResult>[0]) => applyEncryptResult(post, fileId, result, now);
  return decideAndSave(posts, videoPostId, now, decide, { fence, jobEnd: endOf(result) });
}

function endOf(result: TranscodeResult | EncryptResult): JobEnd {
  return result.kind === "done" ? { kind: "succeed" } : { kind: "fail", reason: result.reason };
}
