import type { PostTrace } from "../domain/post/post-trace.ts";
import type { Decision, Refusal, VideoPost } from "../domain/post/video-post.ts";
import { eventsOfChange } from "../domain/webhooks/change-events.ts";
import type { SaveOptions, VideoPostRepository } from "./ports/video-post-repository.ts";

export type CommandOutcome<T = undefined> =
  | { readonly kind: "done"; readonly post: VideoPost; readonly value: T }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  /** Every try lost to a concurrent save. */
  | { readonly kind: "conflict" }
  | { readonly kind: "lease-lost" };

export const UPLOAD_USED: Refusal = { kind: "wrong-state", detail: "an upload is already used by a post" };

/** A decision is pure: after a conflict the post is loaded and decided again. */
const SAVE_ATTEMPTS = 5;

/** Loads one aggregate, decides, saves once; `trace` becomes the revision in the history of the post. */
export async function decideAndSave<T>(
  posts: VideoPostRepository,
  videoPostId: string,
  trace: PostTrace,
  now: number,
  decide: (post: VideoPost) => Decision<T> | Promise<Decision<T>>,
  options?: SaveOptions,
): Promise<CommandOutcome<T>> {
  for (let attempt = 1; attempt <= SAVE_ATTEMPTS; attempt++) {
    const post = await posts.load(videoPostId);
    if (post === null) return { kind: "refused", refusal: { kind: "not-found" } };
    const decision = await decide(post);
    if (decision.kind === "refused") return decision;
    if (decision.kind === "unchanged") return { kind: "done", post, value: decision.value };
    const { change, value } = decision;
    const events = [...change.events, ...eventsOfChange(post, change.post)];
    const outcome = await posts.save({ ...change, events, from: post, trace }, now, options);
    if (outcome === "saved") return { kind: "done", post: saved(change.post), value };
    if (outcome === "lease-lost") return { kind: "lease-lost" };
    if (outcome === "upload-used") return { kind: "refused", refusal: UPLOAD_USED };
  }
  return { kind: "conflict" };
}

/** A save is the next version of what was loaded. */
function saved(post: VideoPost): VideoPost {
  return { ...post, version: post.version + 1 };
}
