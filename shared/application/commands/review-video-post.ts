import {
  auditVideoPost as audit,
  submitVideoPost as submit,
  type Verdict,
  withdrawVideoPost as withdraw,
} from "../../domain/post/review.ts";
import { decideOnVersion, type SeenPost, type VersionedOutcome } from "../decide-on-version.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

/* What publishes a post and what ends its publication. The trace of each is saved with it (RecordVideoAuditTrace). */

export function auditVideoPost(
  posts: VideoPostRepository,
  seen: SeenPost,
  verdict: Verdict,
  now: number,
): Promise<VersionedOutcome> {
  const trace = { actor: verdict.by, action: "post.audit", result: verdict.result, reason: verdict.reason } as const;
  return decideOnVersion(posts, seen, trace, now, (post) => audit(post, verdict, now));
}

export function submitVideoPost(
  posts: VideoPostRepository,
  seen: SeenPost,
  by: string,
  now: number,
): Promise<VersionedOutcome> {
  return decideOnVersion(posts, seen, { actor: by, action: "post.submit" }, now, (post) => submit(post, now));
}

export function withdrawVideoPost(
  posts: VideoPostRepository,
  seen: SeenPost,
  withdrawal: { readonly reason: string | null; readonly by: string },
  now: number,
): Promise<VersionedOutcome> {
  const trace = { actor: withdrawal.by, action: "post.withdraw", reason: withdrawal.reason } as const;
  return decideOnVersion(posts, seen, trace, now, (post) => withdraw(post, withdrawal, now));
}
