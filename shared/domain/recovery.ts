import { revokeStagedKeys } from "./content-key.ts";
import { ownerOfPrefix } from "./prefix-owner.ts";
import type { JobKind, NewJob, TranscodeJob } from "./transcode-job.ts";
import type { VideoFile } from "./video-file.ts";
import { type Decision, refused, settle, type VideoPost, withFile } from "./video-post.ts";

/* How a part leaves the line and comes back: cancellation, an operator's retry, the scan's correction of what has drifted. */

/**
 * The part is on its way again, as it was when the job of this kind was asked for. What plays goes on playing. `jobs`
 * has the new job where the old one is not taken up again.
 */
export function resumePart(
  post: VideoPost,
  fileId: string,
  kind: JobKind,
  jobs: readonly NewJob[],
  now: number,
): Decision {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const file = post.files.find((part) => part.id === fileId);
  if (file === undefined) return refused({ kind: "not-found" });
  if (kind === "ENCRYPT" && file.clear === null) {
    return refused({ kind: "wrong-state", detail: "there are no clear renditions to encrypt" });
  }
  return {
    kind: "changed",
    change: withFile(post, { ...resumed(file, kind), failReason: null }, jobs, now),
    value: undefined,
  };
}

function resumed(file: VideoFile, kind: JobKind): VideoFile {
  const ended = (state: string) => state === "FAILED" || state === "CANCELLED";
  if (kind === "TRANSCODE") {
    return { ...file, transferResult: ended(file.transferResult) ? "TRANSCODING" : file.transferResult };
  }
  return { ...file, encryptStatus: ended(file.encryptStatus) ? "UNENCRYPTED" : file.encryptStatus };
}

/**
 * What the cancellation of a job of this kind leaves. A part that plays stays as it is. The keys that the job staged are
 * revoked: its holders know them.
 */
export function cancelPart(post: VideoPost, fileId: string, kind: JobKind, now: number): Decision {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const file = post.files.find((part) => part.id === fileId);
  if (file === undefined) return refused({ kind: "not-found" });
  return { kind: "changed", change: withFile(post, cancelled(file, kind), [], now), value: undefined };
}

function cancelled(file: VideoFile, kind: JobKind): VideoFile {
  const { transferResult, encryptStatus } = file;
  if (kind === "TRANSCODE") {
    return { ...file, transferResult: transferResult === "TRANSCODING" ? "CANCELLED" : transferResult };
  }
  const waits = transferResult === "SUCCESS" && (encryptStatus === "UNENCRYPTED" || encryptStatus === "ENCRYPTING");
  return { ...file, encryptStatus: waits ? "CANCELLED" : encryptStatus, keys: revokeStagedKeys(file.keys) };
}

/** Job C: derives again what is derived, and is unchanged where nothing differs from what is stored. */
export function refreshPost(post: VideoPost, now: number): Decision {
  if (post.deletedAt !== null) return { kind: "unchanged", value: undefined };
  const change = settle(post, [], now);
  const { status, durationSeconds, audit, publishedAt } = change.post;
  const derived = status === post.status && durationSeconds === post.durationSeconds;
  const same = derived && audit === post.audit && publishedAt === post.publishedAt;
  return same ? { kind: "unchanged", value: undefined } : { kind: "changed", change, value: undefined };
}

/**
 * Whether the part already has what this job is to make. `earlierClaims` is the highest claim number that earlier jobs
 * of the same part and kind have reached: the claims of this job come after it.
 */
export function hasResultOf(file: VideoFile, job: TranscodeJob, earlierClaims: number): boolean {
  if (file.clear === null) return false;
  if (job.kind === "TRANSCODE") return file.clear.transcodeJobId === job.jobId;
  if (file.playing?.transcodeJobId !== file.clear.transcodeJobId) return false;
  const owner = ownerOfPrefix(file.playing.prefix);
  return owner?.kind === "encrypted" && owner.claimNo > earlierClaims && owner.claimNo <= job.claimNo;
}
