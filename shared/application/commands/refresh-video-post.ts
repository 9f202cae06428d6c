import { refreshPost } from "../../domain/job-outcomes/recovery.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

/**
 * RefreshVideoPostTranscodeStatus: derives the status and the total duration from the parts, and saves a difference.
 */
export function refreshVideoPostTranscodeStatus(
  posts: VideoPostRepository,
  videoPostId: string,
  by: string,
  now: number,
): Promise<CommandOutcome> {
  return decideAndSave(posts, videoPostId, { actor: by, action: "post.refresh" }, now, (post) =>
    refreshPost(post, now),
  );
}
