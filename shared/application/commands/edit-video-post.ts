import { auditVideoPost as audit, type Verdict } from "../../domain/review.ts";
import { type PostEdit, deleteVideoPost as remove, updateVideoPost as update } from "../../domain/video-post.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

/* Edits of the post as a whole. Parts and keys are changed by jobs. */

export function updateVideoPost(
  posts: VideoPostRepository,
  videoPostId: string,
  edit: PostEdit,
  now: number,
): Promise<CommandOutcome> {
  return decideAndSave(posts, videoPostId, now, (post) => update(post, edit, now));
}

export function auditVideoPost(
  posts: VideoPostRepository,
  videoPostId: string,
  verdict: Verdict,
  now: number,
): Promise<CommandOutcome> {
  return decideAndSave(posts, videoPostId, now, (post) => audit(post, verdict, now));
}

export function deleteVideoPost(posts: VideoPostRepository, videoPostId: string, now: number): Promise<CommandOutcome> {
  return decideAndSave(posts, videoPostId, now, (post) => remove(post, now));
}
