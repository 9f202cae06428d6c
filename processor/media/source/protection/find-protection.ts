import { EBML, type FileBytes, MP4_FIRST_BOXES } from "../container-end.ts";
import { isAsf, isProtectedAsf } from "./asf-protection.ts";
import { isProtectedMatroska } from "./matroska-protection.ts";
import { isProtectedMp4 } from "./mp4-protection.ts";
import { scrambledTracks } from "./stream-protection.ts";

/** What a file says of its copy protection: `whole` is a file of which no track is to be used. */
export type Protection =
  | { readonly kind: "whole" }
  | {
      readonly kind: "tracks";
      /** Identifiers of the scrambled tracks (`id` of ffprobe): other programmes may be in the clear. */
      readonly scrambled: ReadonlySet<number>;
    };

const HEAD_BYTES = 1024;

/**
 * Copy protection, as the structure of the file says it. ffmpeg reports the codec below the encryption, decodes it to
 * noise, or calls the file damaged.
 */
export async function findProtection(file: FileBytes): Promise<Protection> {
  const head = await file.read(0, HEAD_BYTES);
  const marked = await isMarked(file, head);
  if (marked === null) return { kind: "tracks", scrambled: await scrambledTracks(file, head) };
  return marked ? { kind: "whole" } : NO_PROTECTION;
}

export const NO_PROTECTION: Protection = { kind: "tracks", scrambled: new Set() };

/** Null for containers that mark the packets of a track instead. */
async function isMarked(file: FileBytes, head: Buffer): Promise<boolean | null> {
  if (MP4_FIRST_BOXES.has(head.toString("latin1", 4, 8))) return isProtectedMp4(file);
  if (head.length > 4 && head.readUInt32BE(0) === EBML) return isProtectedMatroska(file);
  return isAsf(head) ? isProtectedAsf(file) : null;
}
