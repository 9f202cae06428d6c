import type { PostTrace } from "../domain/post/post-trace.ts";
import type { Decision, VideoPost } from "../domain/post/video-post.ts";
import { type CommandOutcome, decideAndSave } from "./decide-and-save.ts";
import type { VideoPostRepository } from "./ports/video-post-repository.ts";

/** A post, and the version of it that the caller has seen; null for any. */
export type SeenPost = { readonly videoPostId: string; readonly seenVersion: number | null };

/** "outdated": the post has another version than the one that the caller has seen. Nothing was changed. */
export type VersionedOutcome<T = undefined> =
  | CommandOutcome<T>
  | { readonly kind: "outdated"; readonly version: number };

/** `decideAndSave` for callers who decide by what they have read. */
export async function decideOnVersion<T>(
  posts: VideoPostRepository,
  { videoPostId, seenVersion }: SeenPost,
  trace: PostTrace,
  now: number,
  decide: (post: VideoPost) => Decision<T>,
): Promise<VersionedOutcome<T>> {
  type Value =
    | { readonly kind: "decided"; readonly value: T }
    | { readonly kind: "outdated"; readonly version: number };
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
