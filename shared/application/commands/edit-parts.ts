import {
  type AddedPart,
  addParts as add,
  discardReplacement as discard,
  removePart as remove,
  reorderParts as reorder,
  replacePart as replace,
} from "../../domain/part-edits.ts";
import type { PostTrace } from "../../domain/post-trace.ts";
import type { PartEditRule } from "../../domain/review.ts";
import { type Decision, refused, type VideoPost } from "../../domain/video-post.ts";
import type { KeyVault } from "../../key-vault/key-vault.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";
import { type NewPart, newFile, repeatedUpload } from "./new-file.ts";

/* UpdateVideoPost of parts, one save each. */

type Deps = { readonly posts: VideoPostRepository; readonly vault: KeyVault; readonly rule: PartEditRule };

/** Which post is edited and by what caller, and the version that the editor has seen; null for any. */
export type EditedPost = {
  readonly videoPostId: string;
  readonly fileIndex?: number;
  readonly seenVersion: number | null;
  readonly editor: string;
};

/** "outdated": the post has another version than the one that the editor has seen. Nothing was changed. */
export type PartEditOutcome<T = undefined> =
  | CommandOutcome<T>
  | { readonly kind: "outdated"; readonly version: number };

export async function addParts(
  deps: Deps,
  edited: EditedPost,
  parts: readonly NewPart[],
  now: number,
): Promise<PartEditOutcome<readonly AddedPart[]>> {
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
): Promise<PartEditOutcome<AddedPart>> {
  const file = await newFile(deps.vault, part, now);
  return edit(deps, edited, now, (post) => replace(post, edited.fileIndex, file, deps.rule, now));
}

export function discardReplacement(
  deps: Pick<Deps, "posts">,
  edited: EditedPost & { readonly fileIndex: number },
  now: number,
): Promise<PartEditOutcome> {
  return edit(deps, edited, now, (post) => discard(post, edited.fileIndex, now));
}

export function removePart(
  deps: Omit<Deps, "vault">,
  edited: EditedPost & { readonly fileIndex: number },
  now: number,
): Promise<PartEditOutcome> {
  return edit(deps, edited, now, (post) => remove(post, edited.fileIndex, deps.rule, now));
}

export function reorderParts(
  deps: Omit<Deps, "vault">,
  edited: EditedPost,
  fileIndexes: readonly number[],
  now: number,
): Promise<PartEditOutcome> {
  return edit(deps, edited, now, (post) => reorder(post, fileIndexes, deps.rule, now));
}

async function edit<T>(
  { posts }: Pick<Deps, "posts">,
  { videoPostId, fileIndex, seenVersion, editor }: EditedPost,
  now: number,
  decide: (post: VideoPost) => Decision<T>,
): Promise<PartEditOutcome<T>> {
  type Value =
    | { readonly kind: "decided"; readonly value: T }
    | { readonly kind: "outdated"; readonly version: number };
  const trace: PostTrace = {
    ...{ actor: editor, action: "post.parts" },
    part: fileIndex === undefined ? undefined : { fileIndex },
  };
  const outcome = await decideAndSave<Value>(posts, videoPostId, trace, now, (post) => {
    const { version } = post;
    if (seenVersion !== null && version !== seenVersion) {
      return { kind: "unchanged", value: { kind: "outdated", version } };
    }
    const decision = decide(post);
    if (decision.kind === "refused") return decision;
    return { ...decision, value: { kind: "decided", value: decision.value } };
  });
  if (outcome.kind !== "done") return outcome;
  return outcome.value.kind === "outdated" ? outcome.value : { ...outcome, value: outcome.value.value };
}
