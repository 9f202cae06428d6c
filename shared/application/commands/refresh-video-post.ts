import { refreshPost } from "../../domain/recovery.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

/** RefreshVideoPostTranscodeStatus: the status and the total duration as the parts have them; saved only if that differs. */
export function refreshVideoPostTranscodeStatus(
  posts: VideoPostRepository,
  videoPostId: string,
  now: number,
): Promise<CommandOutcome> {
  return decideAndSave(posts, videoPostId, now, (post) => refreshPost(post, now));
}
