import { stagedKeys } from "./content-key.ts";
import { ownerOfPrefix } from "./prefix-owner.ts";
import type { JobKind, TranscodeJob } from "./transcode-job.ts";
import type { VideoFile } from "./video-file.ts";
import { type Decision, refused, settle, type VideoPost, withFile } from "./video-post.ts";

/* What puts a post right that was left behind: an operator's retry, and the scan's correction of what has drifted. */

/** The part is on its way again, as it was when the job of this kind was asked for. What plays goes on playing. */
export function resumePart(post: VideoPost, fileId: string, kind: JobKind, now: number): Decision {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const file = post.files.find((part) => part.id === fileId);
  if (file === undefined) return refused({ kind: "not-found" });
  return {
    kind: "changed",
    change: withFile(post, { ...resumed(file, kind), failReason: null }, [], now),
    value: undefined,
  };
}

function resumed(file: VideoFile, kind: JobKind): VideoFile {
  if (kind === "TRANSCODE") {
    return { ...file, transferResult: file.transferResult === "FAILED" ? "TRANSCODING" : file.transferResult };
  }
  if (file.encryptStatus !== "FAILED") return file;
  // Keys that are staged will be used by the next claim too.
  return { ...file, encryptStatus: stagedKeys(file.keys).length > 0 ? "ENCRYPTING" : "UNENCRYPTED" };
}

/** Job C: derives again what is derived, and is unchanged where nothing differs from what is stored. */
export function refreshPost(post: VideoPost, now: number): Decision {
  if (post.deletedAt !== null) return { kind: "unchanged", value: undefined };
  const change = settle(post, [], now);
  const { status, durationSeconds, audit } = change.post;
  const same = status === post.status && durationSeconds === post.durationSeconds && audit === post.audit;
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
