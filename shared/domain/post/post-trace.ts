import { versionsInProgress } from "../part/part-versions.ts";
import type { VideoPost, VideoPostStatus } from "./video-post.ts";

/** What the history of a post records; stable names, equal to those of the audit log where both record it. */
export const POST_ACTIONS = [
  "post.create",
  "post.import",
  "post.update",
  "post.parts",
  "post.captions",
  "post.chapters",
  "post.poster",
  "post.interaction",
  "post.submit",
  "post.audit",
  "post.withdraw",
  "post.delete",
  "post.refresh",
  "policy.set",
  "keys.generate",
  "keys.rotate",
  "access.revoke",
  "migration.request",
  "job.transcode",
  "job.encrypt",
  "job.cancel",
  "job.retry",
] as const;
export type PostAction = (typeof POST_ACTIONS)[number];

/** The service itself: scans and rotations. */
export const SYSTEM = "system";

/** A processor that reports the result of its job. */
export function jobActor(jobId: string): string {
  return `job:${jobId}`;
}

/** Who changes a post and how: saved in the revision of the change, which outlives the audit log and the post. */
export type PostTrace = {
  /** Id of a caller, `job:{jobId}` or `system`. */
  readonly actor: string;
  readonly action: PostAction;
  /** The part, by its index or, where only jobs name it, by its internal id. */
  readonly part?: { readonly fileIndex: number } | { readonly fileId: string } | undefined;
  readonly result?: "PASSED" | "REJECTED" | "SUCCESS" | "FAILED" | undefined;
  readonly reason?: string | null | undefined;
  /** Names of the fields that the change gives, never their values. */
  readonly fields?: readonly string[] | undefined;
};

/** A trace as it is stored: parts by index, with the status that the change led to. */
export type StoredTrace = {
  readonly action: PostAction;
  readonly fileIndex: number | null;
  readonly result: NonNullable<PostTrace["result"]> | null;
  readonly reason: string | null;
  readonly fields: readonly string[];
  readonly status: VideoPostStatus;
};

/** `post` is the state after the change. */
export function storedTrace(
  { action, part, result, reason = null, fields = [] }: PostTrace,
  post: VideoPost,
): StoredTrace {
  return { action, fileIndex: fileIndexOf(part, post), result: result ?? null, reason, fields, status: post.status };
}

function fileIndexOf(part: PostTrace["part"], post: VideoPost): number | null {
  if (part === undefined) return null;
  if ("fileIndex" in part) return part.fileIndex;
  return versionsInProgress(post).find(({ id }) => id === part.fileId)?.fileIndex ?? null;
}
