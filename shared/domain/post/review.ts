import type { NewEvent } from "../events/domain-event.ts";
import { allReady, type Decision, refused, settle, type VideoPost } from "./video-post.ts";

/* The review of a post: what publishes it, and what ends its publication (docs/post-lifecycle.md). */

export type Verdict = {
  readonly result: "PASSED" | "REJECTED";
  /** A rejection has one. */
  readonly reason: string | null;
  readonly by: string;
};

export function auditVideoPost(post: VideoPost, verdict: Verdict, now: number): Decision {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const isRejection = verdict.result === "REJECTED";
  if (isRejection && !verdict.reason?.trim())
    return refused({ kind: "invalid", detail: "reason: a rejection needs one" });
  const isPublished = post.publishedAt !== null;
  // A passed review must not take effect twice.
  if (!isRejection && isPublished) return { kind: "unchanged", value: undefined };
  // A published post can be rejected while a part of it is being processed.
  if (!isPublished && !allReady(post))
    return refused({ kind: "wrong-state", detail: `a post that is ${post.status} cannot be audited` });
  const autoPublish = post.autoPublish && !isRejection;
  const audited: VideoPost = { ...post, autoPublish, audit: { ...verdict, at: now }, withdrawal: null };
  const event: NewEvent = isRejection
    ? { type: "VideoAuditRejected", auditedBy: verdict.by, reason: verdict.reason ?? "" }
    : { type: "VideoAuditPassed", auditedBy: verdict.by };
  return { kind: "changed", change: settle(audited, [], now, [event]), value: undefined };
}

/** The editor has corrected a rejected post: it waits for a review again, also one that passed by itself before. */
export function submitVideoPost(post: VideoPost, now: number): Decision {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  if (post.publishedAt !== null) return refused({ kind: "wrong-state", detail: "the post is published" });
  if (post.files.length === 0)
    return refused({ kind: "wrong-state", detail: "a post without parts cannot be submitted; add a part first" });
  if (post.audit?.result !== "REJECTED") return { kind: "unchanged", value: undefined };
  const submitted: VideoPost = { ...post, audit: null, autoPublish: false };
  return { kind: "changed", change: settle(submitted, [], now), value: undefined };
}

/** Ends the publication without a review. A passed review publishes the post again. */
export function withdrawVideoPost(
  post: VideoPost,
  { reason, by }: { readonly reason: string | null; readonly by: string },
  now: number,
): Decision {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  if (post.publishedAt === null) {
    if (post.withdrawal !== null) return { kind: "unchanged", value: undefined };
    return refused({ kind: "wrong-state", detail: `a post that is ${post.status} is not published` });
  }
  const withdrawn: VideoPost = { ...backToReview(post), withdrawal: { reason, by, at: now } };
  return { kind: "changed", change: settle(withdrawn, [], now), value: undefined };
}

/** What an edit of the parts of a published post does: "keep" it published, or send it back to "review". */
export const PART_EDIT_RULES = ["keep", "review"] as const;
export type PartEditRule = (typeof PART_EDIT_RULES)[number];

/** For every edit of parts, before `settle`, which derives the status and raises the events. */
export function afterPartEdit(post: VideoPost, rule: PartEditRule): VideoPost {
  return rule === "review" && post.publishedAt !== null ? backToReview(post) : post;
}

/** Without a review no post is published; without autoPublish it does not pass by itself. */
function backToReview(post: VideoPost): VideoPost {
  return { ...post, audit: null, autoPublish: false };
}
