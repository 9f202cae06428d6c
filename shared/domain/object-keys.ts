import type { Quality } from "./quality.ts";

/**
 * The one place that builds object keys. What it returns is stored, and read from storage ever after: a key is never
 * computed a second time from a slug, which may have changed since. Prefixes end with a slash.
 */
export function uploadPrefix(uploadId: string): string {
  return `uploads/${uploadId}/`;
}

/**
 * What an import has brought, one prefix a part. `digest` (32 hexadecimal digits) is of the content, so that an import
 * that is begun again goes on where it was, and other content under the same id lies elsewhere.
 */
export function importPrefix(importId: string, digest: string, partNumber: number): string {
  return `imports/${importId}/${digest}/${partNumber}/`;
}

/** Wide enough for any size that R2 holds, so that the order of the names is the order of the bytes. */
const OFFSET_DIGITS = 15;

/** A chunk is named after the offset of its first byte. `prefix` is that of the upload. */
export function uploadChunkKey(prefix: string, offset: number): string {
  return `${prefix}${String(offset).padStart(OFFSET_DIGITS, "0")}`;
}

export function clearPrefix(slug: string, transcodeJobId: string, claimNo: number): string {
  return `${slug}/${transcodeJobId}/c${claimNo}/`;
}

/**
 * Beside the clear renditions that it is made from, whose stored prefix still carries the slug of its day. The same
 * prefix in both buckets: templates in SOURCE, ciphertext in PLAYBACK.
 */
export function encryptedPrefix(clear: string, keyVersion: number, claimNo: number): string {
  return `${clear.replace(/c\d+\/$/, "")}enc/k${keyVersion}-c${claimNo}/`;
}

export function multivariantKey(prefix: string): string {
  return `${prefix}master.m3u8`;
}

export function mediaPlaylistKey(prefix: string, quality: Quality): string {
  return `${prefix}${quality}/index.m3u8`;
}

/** Segments count from 1, as ffmpeg's `seg_%05d.ts` with a start number of 1. */
export function segmentName(number: number): string {
  return `seg_${String(number).padStart(5, "0")}.ts`;
}

export function segmentKey(prefix: string, quality: Quality, number: number): string {
  return `${prefix}${quality}/${segmentName(number)}`;
}
