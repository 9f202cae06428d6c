import type { NewJob } from "../job/transcode-job.ts";
import { type ContentKey, revokedKey } from "../part/content-key.ts";
import { lastKeyVersionOf, versionsOf } from "../part/part-versions.ts";
import type { VideoFile } from "../part/video-file.ts";
import { type Decision, refused, settle, type VideoPost } from "../post/video-post.ts";

/* Operators revoke issued keys at once, or replace them while the part continues to play. */

export type RevokedKeyVersion = {
  readonly outcome: "revoked" | "unchanged";
  /** The version is the one that plays: nothing plays until the part is rotated. */
  readonly stopsPlayback: boolean;
};

/**
 * Revokes all keys of one version of a part, and so every token for it. A part that plays this version is not playable
 * until it is rotated. The job of a STAGED version starts again with new keys.
 */
export function revokeKeyVersion(
  post: VideoPost,
  fileIndex: number,
  keyVersion: number,
  now: number,
): Decision<RevokedKeyVersion> {
  const file = post.files.find((part) => part.fileIndex === fileIndex);
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  if (file === undefined) return refused({ kind: "not-found" });
  const versions = versionsOf(post, fileIndex);
  const keys = versions.flatMap((version) => version.keys.filter((key) => key.keyVersion === keyVersion));
  if (keyVersion > lastKeyVersionOf(post, fileIndex)) {
    return refused({ kind: "invalid", detail: `the part has no key version ${keyVersion}` });
  }
  const stopsPlayback = file.playing?.keyVersion === keyVersion;
  if (keys.every((key) => key.status === "REVOKED")) {
    return { kind: "unchanged", value: { outcome: "unchanged", stopsPlayback } };
  }
  const withoutKeys = (version: VideoFile): VideoFile => {
    if (version.fileIndex !== fileIndex) return version;
    return { ...version, keys: version.keys.map((key) => (key.keyVersion === keyVersion ? revokedKey(key) : key)) };
  };
  const revoked = { files: post.files.map(withoutKeys), otherVersions: post.otherVersions.map(withoutKeys) };
  const change = { ...settle({ ...post, ...revoked }, [], now), takenBack: jobsThatStaged(keys) };
  return { kind: "changed", change, value: { outcome: "revoked", stopsPlayback } };
}

/** Jobs of STAGED keys. Their holders lose them, so that nothing is published under a revoked key. */
function jobsThatStaged(keys: readonly ContentKey[]): string[] {
  const ids = keys.flatMap(({ status, stagedByJobId }) =>
    status === "STAGED" && stagedByJobId !== null ? [stagedByJobId] : [],
  );
  return [...new Set(ids)];
}

export type PartRotation = {
  readonly fileId: string;
  readonly fileIndex: number;
  /** The requested job, or the reason for none. A part with a live encrypt job keeps that one (see the command). */
  readonly plan:
    | { readonly kind: "job"; readonly jobId: string }
    | { readonly kind: "not-playing" | "no-clear-renditions" };
};

/**
 * Requests a new encryption under new keys, of one part or of all (`fileIndex` null). What plays changes only when the
 * job succeeds. `newJobId` returns the ids of jobs.
 */
export function rotateKeys(
  post: VideoPost,
  fileIndex: number | null,
  newJobId: () => string,
  now: number,
): Decision<readonly PartRotation[]> {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const files = post.files.filter((part) => fileIndex === null || part.fileIndex === fileIndex);
  if (fileIndex !== null && files.length === 0) return refused({ kind: "not-found" });
  const value = files.map((file): PartRotation => ({ ...named(file), plan: planOf(file, newJobId) }));
  const jobs = value.flatMap(({ fileId, plan }): NewJob[] =>
    plan.kind === "job" ? [{ jobId: plan.jobId, fileId, kind: "ENCRYPT" }] : [],
  );
  if (jobs.length === 0) return { kind: "unchanged", value };
  return { kind: "changed", change: settle(post, jobs, now), value };
}

function named(file: VideoFile): Pick<PartRotation, "fileId" | "fileIndex"> {
  return { fileId: file.id, fileIndex: file.fileIndex };
}

function planOf(file: VideoFile, newJobId: () => string): PartRotation["plan"] {
  if (file.playing === null) return { kind: "not-playing" };
  if (file.clear === null) return { kind: "no-clear-renditions" };
  return { kind: "job", jobId: newJobId() };
}
