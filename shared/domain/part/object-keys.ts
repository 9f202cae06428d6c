import type { Quality } from "../quality/quality.ts";

/**
 * The only place that builds object keys. Its results are stored and read from storage: a key is never computed again
 * from a slug, which may have changed. Prefixes end with a slash.
 */
export function uploadPrefix(uploadId: string): string {
  return `uploads/${uploadId}/`;
}

/**
 * The prefix of one part of an import. `digest` (32 hexadecimal digits) is of the content: a repeated import resumes,
 * and other content under the same id gets another prefix.
 */
export function importPrefix(importId: string, digest: string, partNumber: number): string {
  return `imports/${importId}/${digest}/${partNumber}/`;
}

/** The text of an editor's captions. `textId` has 22 characters, so no folder of a claim has this form. */
export function captionPrefix(videoPostId: string, textId: string): string {
  return `captions/${videoPostId}/${textId}/`;
}

export function captionKey(prefix: string): string {
  return `${prefix}text.vtt`;
}

/** Captions that the source contained, by the index of their track. `clear` is the prefix of its clear renditions. */
export function sourceCaptionKey(clear: string, track: number): string {
  return `${clear}captions/${track}.vtt`;
}

/** Wide enough for any size in R2: names sort like bytes. */
const OFFSET_DIGITS = 15;

/** A chunk is named after the offset of its first byte. `prefix` is the upload's. */
export function uploadChunkKey(prefix: string, offset: number): string {
  return `${prefix}${String(offset).padStart(OFFSET_DIGITS, "0")}`;
}

export function clearPrefix(slug: string, transcodeJobId: string, claimNo: number): string {
  return `${slug}/${transcodeJobId}/c${claimNo}/`;
}

/**
 * A sibling of the clear renditions, whose stored prefix has the slug of its time. The same in both buckets: templates
 * in SOURCE, ciphertext in PLAYBACK.
 */
export function encryptedPrefix(clear: string, keyVersion: number, claimNo: number): string {
  return `${clear.replace(/c\d+\/$/, "")}enc/k${keyVersion}-c${claimNo}/`;
}

/** Of the images that a transcode job made: inside its clear prefix, so that they are deleted with it. */
export function imagesPrefix(clear: string, imagesId: string): string {
  return `${clear}images/${imagesId}/`;
}

/** Posters and sprites count from 1. `prefix` is that of the images. */
export function imageKey(prefix: string, kind: "poster" | "storyboard", number: number): string {
  return `${prefix}${kind}-${number}.jpg`;
}

/** An editor's own poster: the one object below it has this name, whatever its format. */
export function posterPrefix(posterId: string): string {
  return `posters/${posterId}/`;
}

export function posterKey(posterId: string): string {
  return `${posterPrefix(posterId)}poster`;
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
