import type { NewJob } from "../job/transcode-job.ts";
import { isCancelled, type VideoFile } from "../part/video-file.ts";
import type { QualityAuth } from "../quality/quality-auth.ts";
import type { SingleKeySource } from "../quality/single-key-source.ts";
import {
  type Change,
  type Decision,
  emptyPost,
  type NewVideoPost,
  refused,
  settle,
  type VideoPost,
  withFile,
} from "./video-post.ts";

/*
 * Content with one key for all its qualities. Its part is IMPORTED until it is requested, and then runs through the
 * same two jobs as any part; the first decrypts instead of encoding. The status of its post does not depend on that.
 */

export type NewImportedFile = {
  readonly id: string;
  readonly fileName: string;
  readonly source: Omit<SingleKeySource, "requestedAt" | "createdAt">;
  /** Policies of every quality, valid from now on, so that they can change before a key exists. */
  readonly qualityAuth: readonly QualityAuth[];
};

export type NewImport = Omit<NewVideoPost, "files"> & {
  readonly importId: string;
  readonly files: readonly NewImportedFile[];
};

/**
 * A post whose parts all wait. With autoPublish it is published here, because a viewer can only request a published
 * part.
 */
export function importVideoPost({ importId, files, ...input }: NewImport, now: number): Change {
  const post = { ...emptyPost(input, now), importId, nextFileIndex: files.length };
  return settle({ ...post, files: files.map((file, index) => importedFile(file, index, now)) }, [], now);
}

function importedFile({ id, fileName, source, qualityAuth }: NewImportedFile, index: number, now: number): VideoFile {
  return {
    id,
    fileIndex: index,
    versionState: "PRESENT",
    position: index,
    source: { kind: "imported" },
    fileName,
    fileSize: null,
    durationSeconds: null,
    transferResult: "IMPORTED",
    encryptStatus: "UNENCRYPTED",
    updateType: "HAS_UPDATE",
    clear: null,
    playing: null,
    images: null,
    poster: null,
    singleKey: { ...source, requestedAt: null, createdAt: now },
    failCode: null,
    failReason: null,
    probe: null,
    warnings: [],
    captions: [],
    chapters: null,
    mediaStart: null,
    variants: [],
    keys: [],
    lastKeyVersion: 0,
    qualityAuth,
    createdAt: now,
  };
}

/** State of the part's re-key; null for any other part and for one that has its keys. */
export type RekeyState = "waiting" | "under-way" | "failed" | "stopped";

export function rekeyState(file: VideoFile): RekeyState | null {
  if (file.singleKey === null) return null;
  if (file.transferResult === "IMPORTED") return "waiting";
  if (file.transferResult === "FAILED" || file.encryptStatus === "FAILED") return "failed";
  return isCancelled(file) ? "stopped" : "under-way";
}

/**
 * Requests the keys of an imported part: one job, in the save that moves it out of IMPORTED. Idempotent, unless its job
 * was cancelled and `restart` is true. Only an operator retries a failed part.
 */
export function startRekey(
  post: VideoPost,
  fileIndex: number,
  { jobId, restart }: { readonly jobId: string; readonly restart: boolean },
  now: number,
): Decision<RekeyState | null> {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const file = post.files.find((part) => part.fileIndex === fileIndex);
  if (file === undefined) return refused({ kind: "not-found" });
  const state = rekeyState(file);
  if (file.singleKey === null || !(state === "waiting" || (state === "stopped" && restart))) {
    return { kind: "unchanged", value: state };
  }
  const singleKey = { ...file.singleKey, requestedAt: file.singleKey.requestedAt ?? now };
  // It was decrypted before its job was cancelled: only the encryption is left.
  const decrypted = file.clear !== null;
  const job: NewJob = { jobId, fileId: file.id, kind: decrypted ? "ENCRYPT" : "TRANSCODE" };
  const requested: VideoFile = {
    ...file,
    singleKey,
    transferResult: decrypted ? "SUCCESS" : "TRANSCODING",
    encryptStatus: file.encryptStatus === "CANCELLED" ? "UNENCRYPTED" : file.encryptStatus,
  };
  return { kind: "changed", change: withFile(post, requested, [job], now), value: "under-way" };
}
