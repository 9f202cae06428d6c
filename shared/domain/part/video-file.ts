import type { FailureCode } from "../job/failure.ts";
import type { QualityAuth } from "../quality/quality-auth.ts";
import type { AbrVariant, ProbeFacts } from "../quality/rendition.ts";
import type { SingleKeySource } from "../quality/single-key-source.ts";
import type { Caption, Chapters } from "./caption.ts";
import type { ContentKey } from "./content-key.ts";
import type { PartImages, PosterChoice } from "./part-images.ts";

/**
 * IMPORTED: waits for a request. CANCELLED: its job was cancelled and waits for a retry. No scan creates a job for
 * either.
 */
export type TransferResult = "IMPORTED" | "TRANSCODING" | "SUCCESS" | "FAILED" | "CANCELLED";
export type EncryptStatus = "UNENCRYPTED" | "ENCRYPTING" | "ENCRYPTED" | "FAILED" | "CANCELLED";
export type UpdateType = "NO_UPDATE" | "HAS_UPDATE";

/**
 * A part has one row per source. PRESENT: what plays, or will play first. NEXT: its replacement, until that is encrypted.
 * REPLACED: it played before, and tokens of it are valid until its keys end. DISCARDED (a source that nothing plays any
 * more) and REMOVED (the part itself) are saved and never loaded.
 */
export const VERSION_STATES = ["PRESENT", "NEXT", "REPLACED", "DISCARDED", "REMOVED"] as const;
export type VersionState = (typeof VERSION_STATES)[number];

/** Wrapped under the key-encryption key `kekId`, or STORED_CLEAR. */
export type WrappedUrl = { readonly kekId: string; readonly wrappedText: string };

/** Instead of a key-encryption key's id: an earlier release stored the URL unwrapped. */
export const STORED_CLEAR = "(clear)";

export type FileSource =
  | { readonly kind: "upload"; readonly uploadId: string }
  /** The URL may contain a password or a signature. Null once no job needs it. */
  | { readonly kind: "url"; readonly url: WrappedUrl | null }
  | { readonly kind: "imported" };

/** Variants belong to the transcode job that made them: a part can have those that play and those in progress. */
export type VariantsOfJob = { readonly transcodeJobId: string; readonly variants: readonly AbrVariant[] };

/** One version of a part of a post. Its id never leaves the database; the API uses videoPostId and fileIndex. */
export type VideoFile = {
  readonly id: string;
  readonly fileIndex: number;
  readonly versionState: VersionState;
  readonly position: number;
  readonly source: FileSource;
  readonly fileName: string;
  readonly fileSize: number | null;
  /** Seconds: measured on the output, before that as stated by the client, or null. */
  readonly durationSeconds: number | null;
  readonly transferResult: TransferResult;
  readonly encryptStatus: EncryptStatus;
  /** Written by the job statements; read-only here. */
  readonly updateType: UpdateType;
  /** The clear renditions in SOURCE and the job that made them. */
  readonly clear: { readonly prefix: string; readonly transcodeJobId: string } | null;
  /** The version that plays. Only ApplyVideoPostEncryptResult changes it. */
  readonly playing: { readonly prefix: string; readonly transcodeJobId: string; readonly keyVersion: number } | null;
  /** Of the clear renditions; null where none were made. */
  readonly images: PartImages | null;
  readonly poster: PosterChoice | null;
  /** The source of an imported part; null for any other, and once it has its own keys. */
  readonly singleKey: SingleKeySource | null;
  /** Set whenever there is a reason. */
  readonly failCode: FailureCode | null;
  readonly failReason: string | null;
  readonly probe: ProbeFacts | null;
  readonly warnings: readonly string[];
  /** In the order of their list. */
  readonly captions: readonly Caption[];
  readonly chapters: Chapters | null;
  /** Where time zero of the part stands in its segments, on their clock of 90 kHz; null for that of our own ladders. */
  readonly mediaStart: number | null;
  readonly variants: readonly VariantsOfJob[];
  /** Only STAGED, ACTIVE and RETIRING keys are loaded. */
  readonly keys: readonly ContentKey[];
  /** The highest version ever staged, so that no number repeats; 0 before the first. */
  readonly lastKeyVersion: number;
  readonly qualityAuth: readonly QualityAuth[];
  readonly createdAt: number;
};

/** The source of a part that no job will fetch any more. */
export function withoutUrl(source: FileSource): FileSource {
  return source.kind === "url" ? { ...source, url: null } : source;
}

/** The upload of the source, if it has one. */
export function uploadOf({ source }: VideoFile): readonly string[] {
  return source.kind === "upload" ? [source.uploadId] : [];
}

export function variantsOf(file: VideoFile, transcodeJobId: string): readonly AbrVariant[] {
  return file.variants.find((made) => made.transcodeJobId === transcodeJobId)?.variants ?? [];
}

export type PartState = "on-its-way" | "failed" | "cancelled" | "ready";

/**
 * A part that plays is ready whatever happens to its replacement. An imported part is ready on request: its re-key,
 * failed or in progress, affects no other part.
 */
export function partState(file: VideoFile): PartState {
  if (file.source.kind === "imported") return "ready";
  if (file.encryptStatus === "ENCRYPTED") return "ready";
  if (file.transferResult === "FAILED" || file.encryptStatus === "FAILED") return "failed";
  return isCancelled(file) ? "cancelled" : "on-its-way";
}

export function isCancelled({ transferResult, encryptStatus }: VideoFile): boolean {
  return transferResult === "CANCELLED" || encryptStatus === "CANCELLED";
}
