/** A resumable upload: sizes and offsets in bytes, times in milliseconds since the epoch. */
export type Upload = {
  readonly uploadId: string;
  readonly owner: string;
  /** Null until the client declares it. */
  readonly size: number | null;
  readonly offset: number;
  /** Prefix of the chunks in the SOURCE bucket. */
  readonly tempPath: string;
  readonly state: "OPEN" | "COMPLETE";
  /** Upload-Metadata of tus. A key without a value has null. */
  readonly metadata: Readonly<Record<string, string | null>>;
  readonly expiresAt: number;
  readonly createdAt: number;
  /** The upload token that it was created with, which makes the post of it; null for an upload of a caller. */
  readonly tokenId: string | null;
  /** Longest media that may be made of it; null without such a limit. */
  readonly maxDurationSeconds: number | null;
  /** R2's id of a multipart upload, which becomes one object instead of chunks; null for all others. */
  readonly multipartId: string | null;
  /** Bytes of its parts but the last. */
  readonly partSize: number | null;
};

/** From the creation and again from each chunk: 50 GiB take days on a slow line, and people pause over a weekend. */
export const UPLOAD_LIFE_MS = 3 * 24 * 60 * 60 * 1000;

/** From the expiry of an upload to its removal: a post may be created from it at the last moment. */
export const UPLOAD_REMOVAL_DELAY_MS = 60 * 60 * 1000;

/** The SHA-256 in hex from the upload's metadata. Any other text there is ignored. */
export function declaredSha256(metadata: Upload["metadata"]): string | null {
  const hex = metadata.sha256?.trim().toLowerCase() ?? "";
  return /^[0-9a-f]{64}$/.test(hex) ? hex : null;
}

/** The name of the file from the upload's metadata, which the creation has checked. */
export function uploadFileName(metadata: Upload["metadata"]): string {
  return metadata.filename?.trim() || "upload";
}
