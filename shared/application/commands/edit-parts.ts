import {
  type AddedPart,
  addParts as add,
  discardReplacement as discard,
  removePart as remove,
  reorderParts as reorder,
  replacePart as replace,
} from "../../domain/post/part-edits.ts";
import type { PostTrace } from "../../domain/post/post-trace.ts";
import type { PartEditRule } from "../../domain/post/review.ts";
import { type Decision, refused, type VideoPost } from "../../domain/post/video-post.ts";
import type { KeyVault } from "../../key-vault/key-vault.ts";
import { decideOnVersion, type SeenPost, type VersionedOutcome } from "../decide-on-version.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";
import { type NewPart, newFile, repeatedUpload } from "./new-file.ts";

/* UpdateVideoPost of parts, one save each. */

type Deps = { readonly posts: VideoPostRepository; readonly vault: KeyVault; readonly rule: PartEditRule };

/** Which post is edited, and by what caller. */
export type EditedPost = SeenPost & { readonly fileIndex?: number; readonly editor: string };

export async function addParts(
  deps: Deps,
  edited: EditedPost,
  parts: readonly NewPart[],
  now: number,
): Promise<VersionedOutcome<readonly AddedPart[]>> {
  const repeated = repeatedUpload(parts);
  if (repeated !== null) return refused({ kind: "invalid", detail: repeated });
  const files = await Promise.all(parts.map((part) => newFile(deps.vault, part, now)));
  return edit(deps, edited, now, (post) => add(post, files, deps.rule, now));
}

export async function replacePart(
  deps: Deps,
  edited: EditedPost & { readonly fileIndex: number },
  part: NewPart,
  now: number,
): Promise<VersionedOutcome<AddedPart>> {
  const file = await newFile(deps.vault, part, now);
  return edit(deps, edited, now, (post) => replace(post, edited.fileIndex, file, deps.rule, now));
}

export function discardReplacement(
  deps: Pick<Deps, "posts">,
  edited: EditedPost & { readonly fileIndex: number },
  now: number,
): Promise<VersionedOutcome> {
  return edit(deps, edited, now, (post) => discard(post, edited.fileIndex, now));
}

export function removePart(
  deps: Omit<Deps, "vault">,
  edited: EditedPost & { readonly fileIndex: number },
  now: number,
): Promise<VersionedOutcome> {
  return edit(deps, edited, now, (post) => remove(post, edited.fileIndex, deps.rule, now));
}

export function reorderParts(
  deps: Omit<Deps, "vault">,
  edited: EditedPost,
  fileIndexes: readonly number[],
  now: number,
): Promise<VersionedOutcome> {
  return edit(deps, edited, now, (post) => reorder(post, fileIndexes, deps.rule, now));
}

function edit<T>(
  { posts }: Pick<Deps, "posts">,
  { fileIndex, editor, ...seen }: EditedPost,
  now: number,
  decide: (post: VideoPost) => Decision<T>,
): Promise<VersionedOutcome<T>> {
  const trace: PostTrace = {
    ...{ actor: editor, action: "post.parts" },
    part: fileIndex === undefined ? undefined : { fileIndex },
  };
  return decideOnVersion(posts, seen, trace, now, decide);
}
