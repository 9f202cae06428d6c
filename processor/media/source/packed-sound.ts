import { type FileBytes, MP4_FIRST_BOXES } from "./container-end.ts";
import { boxesAt, boxesIn } from "./protection/box-walk.ts";

const AMR_ENTRIES = ["samr", "sawb", "sawp"];
const MOST_BOXES = 100_000;
/** A version, flags and a count stand before the entries of `stsd`. */
const STSD_HEADER_BYTES = 8;

/** Whether a 3GP, MP4 or QuickTime file has a track of AMR (3GPP TS 26.244). */
export async function holdsAmr(file: FileBytes): Promise<boolean> {
  const head = await file.read(0, 12);
  if (!MP4_FIRST_BOXES.has(head.toString("latin1", 4, 8))) return false;
  const budget = { left: MOST_BOXES };
  const path = ["moov", "trak", "mdia", "minf", "stbl", "stsd"];
  for await (const stsd of boxesAt(file, { start: 0, end: file.size }, path, budget)) {
    for await (const entry of boxesIn(file, stsd.start + STSD_HEADER_BYTES, stsd.end, budget)) {
      if (AMR_ENTRIES.includes(entry.type)) return true;
    }
  }
  return false;
}
