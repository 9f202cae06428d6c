import type { Caption, CaptionFields, Chapters, StoredText } from "../../domain/part/caption.ts";
import {
  addCaption as add,
  changeCaption as change,
  orderCaptions as order,
  removeCaption as remove,
  replaceCaptionText as replaceText,
  setChapters as set,
} from "../../domain/post/edit-captions.ts";
import type { Decision, VideoPost } from "../../domain/post/video-post.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import { decideOnVersion, type SeenPost, type VersionedOutcome } from "../decide-on-version.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

/* Edits of captions and chapters, one save each. Texts are stored before the save that names them. */

/** Which part is edited, and by what caller. */
export type EditedTexts = SeenPost & { readonly fileIndex: number; readonly editor: string };

type Posts = { readonly posts: VideoPostRepository };

export function addCaption(
  { posts }: Posts,
  edited: EditedTexts,
  added: { readonly fields: CaptionFields; readonly text: StoredText },
  now: number,
): Promise<VersionedOutcome<Caption>> {
  const captionId = uuidV7(now);
  return edit(posts, edited, "post.captions", now, (post) => add(post, edited.fileIndex, { captionId, ...added }, now));
}

export function changeCaption(
  { posts }: Posts,
  edited: EditedTexts,
  changed: { readonly captionId: string; readonly fields: Partial<CaptionFields> },
  now: number,
): Promise<VersionedOutcome<Caption>> {
  return edit(posts, edited, "post.captions", now, (post) => change(post, edited.fileIndex, changed, now));
}

export function replaceCaptionText(
  { posts }: Posts,
  edited: EditedTexts,
  replaced: { readonly captionId: string; readonly text: StoredText },
  now: number,
): Promise<VersionedOutcome<Caption>> {
  return edit(posts, edited, "post.captions", now, (post) => replaceText(post, edited.fileIndex, replaced, now));
}

export function removeCaption(
  { posts }: Posts,
  edited: EditedTexts,
  captionId: string,
  now: number,
): Promise<VersionedOutcome<null>> {
  return edit(posts, edited, "post.captions", now, (post) => remove(post, edited.fileIndex, captionId, now));
}

export function orderCaptions(
  { posts }: Posts,
  edited: EditedTexts,
  captionIds: readonly string[],
  now: number,
): Promise<VersionedOutcome<null>> {
  return edit(posts, edited, "post.captions", now, (post) => order(post, edited.fileIndex, captionIds, now));
}

export function setChapters(
  { posts }: Posts,
  edited: EditedTexts,
  items: Chapters["items"] | null,
  now: number,
): Promise<VersionedOutcome<null>> {
  return edit(posts, edited, "post.chapters", now, (post) => set(post, edited.fileIndex, items, now));
}

function edit<T>(
  posts: VideoPostRepository,
  { fileIndex, editor, ...seen }: EditedTexts,
  action: "post.captions" | "post.chapters",
  now: number,
  decide: (post: VideoPost) => Decision<T>,
): Promise<VersionedOutcome<T>> {
  return decideOnVersion(posts, seen, { actor: editor, action, part: { fileIndex } }, now, decide);
}
