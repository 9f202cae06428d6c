import type { NewEvent } from "../events/domain-event.ts";
import type { JobKind, NewJob, TranscodeJob } from "../job/transcode-job.ts";
import { uploadedCaptions } from "../part/caption.ts";
import { revokeStagedKeys } from "../part/content-key.ts";
import { ownChoice } from "../part/part-images.ts";
import { versionsInProgress } from "../part/part-versions.ts";
import type { VideoFile } from "../part/video-file.ts";
import { type Decision, refused, settle, type VideoPost, withFile } from "../post/video-post.ts";
import { ownerOfPrefix } from "./prefix-owner.ts";

/* Cancellation of a job, an operator's retry, and the scan's correction of a post that differs from its parts. */

/** The job is there, and nothing will play what it makes. */
const SOURCE_GONE = "the source of this job was replaced or given up, or its part was removed";

/**
 * The part is in processing again, as when the job of this kind was requested. What plays continues. `jobs` has the new
 * job, if the old one is not queued again.
 */
export function resumePart(
  post: VideoPost,
  fileId: string,
  kind: JobKind,
  jobs: readonly NewJob[],
  now: number,
): Decision {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const file = versionsInProgress(post).find((part) => part.id === fileId);
  if (file === undefined) return refused({ kind: "wrong-state", detail: SOURCE_GONE });
  if (kind === "ENCRYPT" && file.clear === null) {
    return refused({ kind: "wrong-state", detail: "there are no clear renditions to encrypt" });
  }
  return {
    kind: "changed",
    change: withFile(post, { ...resumed(file, kind), failCode: null, failReason: null }, jobs, now),
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
 * Effects of cancelling a job of this kind. A part that plays stays as it is. The staged keys are revoked, because the
 * job's holders know them.
 */
export function cancelPart(post: VideoPost, fileId: string, kind: JobKind, now: number): Decision {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const file = versionsInProgress(post).find((part) => part.id === fileId);
  if (file === undefined) return refused({ kind: "wrong-state", detail: SOURCE_GONE });
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

/**
 * Effects of cancelling a whole encoding, whichever of its jobs is live: nothing that it made stays, and a retry begins
 * with the source.
 */
export function cancelEncoding(post: VideoPost, fileId: string, now: number): Decision {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const file = versionsInProgress(post).find((part) => part.id === fileId);
  if (file === undefined) return refused({ kind: "wrong-state", detail: SOURCE_GONE });
  if (file.playing !== null) return refused({ kind: "wrong-state", detail: "the job is COMPLETED" });
  const emptied: VideoFile = {
    ...file,
    ...{ transferResult: "CANCELLED", encryptStatus: "UNENCRYPTED", clear: null, variants: [], warnings: [] },
    ...{ images: null, poster: ownChoice(file.poster) },
    // The texts that came from the source lie among the clear renditions, which are deleted.
    captions: uploadedCaptions(file.captions),
    ...{ chapters: file.chapters?.origin === "SET" ? file.chapters : null, mediaStart: null },
    // What was measured must not be taken for what the uploader stated.
    ...{ durationSeconds: file.clear === null ? file.durationSeconds : null, probe: null },
    keys: revokeStagedKeys(file.keys),
  };
  const change = withFile(post, emptied, [], now);
  const dropped: NewEvent[] =
    file.clear === null ? [] : [{ type: "ClearRenditionsDropped", prefixes: [file.clear.prefix] }];
  return { kind: "changed", change: { ...change, events: [...change.events, ...dropped] }, value: undefined };
}

/** The scan's refresh: derives status and duration again; unchanged if they equal what is stored. */
export function refreshPost(post: VideoPost, now: number): Decision {
  if (post.deletedAt !== null) return { kind: "unchanged", value: undefined };
  const change = settle(post, [], now);
  const { status, durationSeconds, audit, publishedAt } = change.post;
  const derived = status === post.status && durationSeconds === post.durationSeconds;
  const same = derived && audit === post.audit && publishedAt === post.publishedAt;
  return same ? { kind: "unchanged", value: undefined } : { kind: "changed", change, value: undefined };
}

/**
 * Whether the part already has the result of this job. `earlierClaims`: the highest claim number of earlier jobs of the
 * same part and kind; the claims of this job are higher.
 */
export function hasResultOf(file: VideoFile, job: TranscodeJob, earlierClaims: number): boolean {
  if (file.clear === null) return false;
  if (job.kind === "TRANSCODE") return file.clear.transcodeJobId === job.jobId;
  if (file.playing?.transcodeJobId !== file.clear.transcodeJobId) return false;
  const owner = ownerOfPrefix(file.playing.prefix);
  return owner?.kind === "encrypted" && owner.claimNo > earlierClaims && owner.claimNo <= job.claimNo;
}
