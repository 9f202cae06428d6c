import type { PosterChoice } from "../../domain/part/part-images.ts";
import { choosePoster as choose } from "../../domain/post/choose-poster.ts";
import { decideOnVersion, type SeenPost, type VersionedOutcome } from "../decide-on-version.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

export type PosterEdit = SeenPost & { readonly fileIndex: number; readonly editor: string };

/** `choice`: null for the best candidate. */
export function choosePoster(
  posts: VideoPostRepository,
  { editor, fileIndex, ...seen }: PosterEdit,
  choice: PosterChoice | null,
  now: number,
): Promise<VersionedOutcome> {
  const trace = { actor: editor, action: "post.poster", part: { fileIndex } } as const;
  return decideOnVersion(posts, seen, trace, now, (post) => choose(post, fileIndex, choice, now));
}
