import type { FileBytes } from "../container-end.ts";
import { type Box, boxesAt, boxesIn } from "./box-walk.ts";

/**
 * Sample entries of protected tracks: Common Encryption and its relatives (ISO/IEC 14496-12, 8.12), and FairPlay. A
 * `pssh` box alone means nothing: it stays in files that were decrypted.
 */
const PROTECTED_ENTRIES = new Set(["encv", "enca", "enct", "encs", "encm", "drms", "drmi", "drmt"]);

const MOST_BOXES = 200_000;
/** Sample entries are hundreds of bytes long; a scheme box lies within this much of them. */
const ENTRY_BYTES = 64 * 1024;
/** A version, flags and a count stand before the entries of `stsd`. */
const STSD_HEADER_BYTES = 8;

/**
 * Whether any track is encrypted, in any of the headers: joined files and files with a clear lead hold more than one
 * `moov`, or several sample entries in one track.
 */
export async function isProtectedMp4(file: FileBytes): Promise<boolean> {
  const budget = { left: MOST_BOXES };
  const whole = { start: 0, end: file.size };
  for await (const stsd of boxesAt(file, whole, ["moov", "trak", "mdia", "minf", "stbl", "stsd"], budget)) {
    for await (const entry of boxesIn(file, stsd.start + STSD_HEADER_BYTES, stsd.end, budget)) {
      if (PROTECTED_ENTRIES.has(entry.type) || (await holdsScheme(file, entry))) return true;
    }
  }
  return false;
}

/** A sample entry under its clear name that still holds a protection scheme (`sinf` with `schm`). */
async function holdsScheme(file: FileBytes, { start, end }: Box): Promise<boolean> {
  const bytes = await file.read(start, Math.min(end - start, ENTRY_BYTES));
  const scheme = bytes.indexOf("sinf", 0, "latin1");
  return scheme !== -1 && bytes.indexOf("schm", scheme, "latin1") !== -1;
}
