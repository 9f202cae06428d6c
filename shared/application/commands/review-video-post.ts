import {
  auditVideoPost as audit,
  submitVideoPost as submit,
  type Verdict,
  withdrawVideoPost as withdraw,
} from "../../domain/review.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

/* What publishes a post and what ends its publication. The trace of each is saved with it (RecordVideoAuditTrace). */

export function auditVideoPost(
  posts: VideoPostRepository,
  videoPostId: string,
  verdict: Verdict,
  now: number,
): Promise<CommandOutcome> {
  const trace = { actor: verdict.by, action: "post.audit", result: verdict.result, reason: verdict.reason } as const;
  return decideAndSave(posts, videoPostId, trace, now, (post) => audit(post, verdict, now));
}

export function submitVideoPost(
  posts: VideoPostRepository,
  videoPostId: string,
  by: string,
  now: number,
): Promise<CommandOutcome> {
  return decideAndSave(posts, videoPostId, { actor: by, action: "post.submit" }, now, (post) => submit(post, now));
}

export function withdrawVideoPost(
  posts: VideoPostRepository,
  videoPostId: string,
  withdrawal: { readonly reason: string | null; readonly by: string },
  now: number,
): Promise<CommandOutcome> {
  const trace = { actor: withdrawal.by, action: "post.withdraw", reason: withdrawal.reason } as const;
  return decideAndSave(posts, videoPostId, trace, now, (post) => withdraw(post, withdrawal, now));
}
