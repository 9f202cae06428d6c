import { type PostEdit, deleteVideoPost as remove, updateVideoPost as update } from "../../domain/post/video-post.ts";
import { decideOnVersion, type SeenPost, type VersionedOutcome } from "../decide-on-version.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

/* Edits of the post as a whole. Parts and keys are changed by jobs. */

export function updateVideoPost(
  posts: VideoPostRepository,
  seen: SeenPost,
  edit: PostEdit,
  by: string,
  now: number,
): Promise<VersionedOutcome> {
  const fields = Object.entries(edit).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return decideOnVersion(posts, seen, { actor: by, action: "post.update", fields }, now, (post) =>
    update(post, edit, now),
  );
}

export function deleteVideoPost(
  posts: VideoPostRepository,
  seen: SeenPost,
  by: string,
  now: number,
): Promise<VersionedOutcome> {
  return decideOnVersion(posts, seen, { actor: by, action: "post.delete" }, now, (post) => remove(post, now));
}
