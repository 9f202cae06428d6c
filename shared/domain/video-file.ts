import type { ContentKey } from "./content-key.ts";
import type { QualityAuth } from "./quality-auth.ts";
import type { AbrVariant, ProbeFacts } from "./rendition.ts";
import type { SingleKeySource } from "./single-key-source.ts";

/**
 * IMPORTED: it waits to be asked for. CANCELLED: its job was cancelled and waits for a retry. No scan makes a job for
 * either.
 */
export type TransferResult = "IMPORTED" | "TRANSCODING" | "SUCCESS" | "FAILED" | "CANCELLED";
export type EncryptStatus = "UNENCRYPTED" | "ENCRYPTING" | "ENCRYPTED" | "FAILED" | "CANCELLED";
export type UpdateType = "NO_UPDATE" | "HAS_UPDATE";

/** Under the key-encryption key `kekId`, or under STORED_CLEAR. */
export type WrappedUrl = { readonly kekId: string; readonly wrappedText: string };

/** In place of the id of a key-encryption key: the URL was stored by an earlier release, and is not wrapped yet. */
export const STORED_CLEAR = "(clear)";

export type FileSource =
  | { readonly kind: "upload"; readonly uploadId: string }
  /** The URL may hold a password or a signature. Null once no job needs it any more. */
  | { readonly kind: "url"; readonly url: WrappedUrl | null }
  | { readonly kind: "imported" };

/** Variants belong to the transcode job that made them: what plays lies beside what is being made. */
export type VariantsOfJob = { readonly transcodeJobId: string; readonly variants: readonly AbrVariant[] };

/** One part of a post. Its id never leaves the database; the world says videoPostId + fileIndex. */
export type VideoFile = {
  readonly id: string;
  readonly fileIndex: number;
  readonly position: number;
  readonly source: FileSource;
  readonly fileName: string;
  readonly fileSize: number | null;
  /** Seconds, measured on the output; before that as the client stated them, or null. */
  readonly durationSeconds: number | null;
  readonly transferResult: TransferResult;
  readonly encryptStatus: EncryptStatus;
  /** Written by the job statements, here only to be read. */
  readonly updateType: UpdateType;
  /** The clear renditions in SOURCE and the job that made them. */
  readonly clear: { readonly prefix: string; readonly transcodeJobId: string } | null;
  /** What plays: moved only by ApplyVideoPostEncryptResult. */
  readonly playing: { readonly prefix: string; readonly transcodeJobId: string; readonly keyVersion: number } | null;
  /** What an imported part is decrypted from; null for every other, and once it has keys of its own. */
  readonly singleKey: SingleKeySource | null;
  readonly failReason: string | null;
  readonly probe: ProbeFacts | null;
  readonly warnings: readonly string[];
  readonly variants: readonly VariantsOfJob[];
  /** Those that are STAGED, ACTIVE or RETIRING; a post that was saved and loaded has no others. */
  readonly keys: readonly ContentKey[];
  /** The highest version that was ever staged, so that a number never comes back; 0 before the first. */
  readonly lastKeyVersion: number;
  readonly qualityAuth: readonly QualityAuth[];
  readonly createdAt: number;
};

/** The source of a part that no job will fetch again. */
export function withoutUrl(source: FileSource): FileSource {
  return source.kind === "url" ? { ...source, url: null } : source;
}

export function variantsOf(file: VideoFile, transcodeJobId: string): readonly AbrVariant[] {
  return file.variants.find((made) => made.transcodeJobId === transcodeJobId)?.variants ?? [];
}

export type PartState = "on-its-way" | "failed" | "cancelled" | "ready";

/**
 * A part that plays is ready whatever happens to its replacement. An imported part is ready on request: it takes nothing
 * from the post's other parts while its migration is under way, or when that fails.
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
