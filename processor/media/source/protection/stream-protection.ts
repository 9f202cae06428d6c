import type { FileBytes } from "../container-end.ts";
import { TRANSPORT_SYNC, type TransportLayout, transportLayout } from "../transport-layout.ts";

/** Places in the file that are looked at, evenly spread, since a recording may be scrambled in parts. */
const WINDOWS = 64;
const WINDOW_BYTES = 256 * 1024;
/** Bit errors of reception set the bits in some packets; a scrambled track has them in all. */
const SCRAMBLED_SHARE = 0.1;
const FEWEST_UNITS = 4;

const NULL_PID = 0x1fff;
/** Tables come below this PID, and are never scrambled. */
const FIRST_MEDIA_PID = 0x20;

type Counts = Map<number, { scrambled: number; all: number }>;

/**
 * Tracks of a transport or program stream whose scrambling bits are set (ISO/IEC 13818-1, 2.4.3.2 and 2.4.3.6): PIDs of
 * a transport stream, stream identifiers of a program stream, as ffprobe names them.
 */
export async function scrambledTracks(file: FileBytes, head: Buffer): Promise<ReadonlySet<number>> {
  const layout = transportLayout(head);
  if (!layout && !isProgramStream(head)) return new Set();
  const counts: Counts = new Map();
  for (const offset of windowOffsets(file.size, layout?.packet ?? PACK_BYTES)) {
    const bytes = await file.read(offset, WINDOW_BYTES);
    if (layout) countPackets(bytes, layout, counts);
    else countPacks(bytes, counts);
  }
  const scrambled = [...counts].filter(([, { scrambled, all }]) => isScrambled(scrambled, all));
  return new Set(scrambled.map(([track]) => track));
}

function isScrambled(scrambled: number, all: number): boolean {
  return scrambled >= FEWEST_UNITS && scrambled > all * SCRAMBLED_SHARE;
}

/** Whole units from the start of the file, so that every window begins at one. */
function windowOffsets(size: number, unit: number): number[] {
  const step = Math.max(WINDOW_BYTES, Math.ceil(size / WINDOWS));
  const aligned = step - (step % unit);
  return Array.from({ length: Math.min(WINDOWS, Math.ceil(size / aligned)) }, (_, n) => n * aligned);
}

function countPackets(bytes: Buffer, { packet, header }: TransportLayout, counts: Counts): void {
  for (let at = header; at + 4 <= bytes.length; at += packet) {
    const second = bytes[at + 1] ?? 0;
    const flags = bytes[at + 3] ?? 0;
    // What lost its place, is marked as damaged, or has no payload says nothing.
    if (bytes[at] !== TRANSPORT_SYNC || (second & 0x80) !== 0 || (flags & 0x10) === 0) continue;
    const pid = ((second & 0x1f) << 8) | (bytes[at + 2] ?? 0);
    if (pid >= FIRST_MEDIA_PID && pid !== NULL_PID) count(counts, pid, (flags & 0x80) !== 0);
  }
}

/** A pack of a DVD; other program streams have packs of any size, and their headers are looked for. */
const PACK_BYTES = 2048;
const PACK_START = 0x1ba;

function isProgramStream(head: Buffer): boolean {
  return head.length > 4 && head.readUInt32BE(0) === PACK_START;
}

/** The header of every PES packet of sound, picture or private data. */
function countPacks(bytes: Buffer, counts: Counts): void {
  for (
    let at = bytes.indexOf(START_CODE);
    at !== -1 && at + 9 <= bytes.length;
    at = bytes.indexOf(START_CODE, at + 3)
  ) {
    const id = bytes[at + 3] ?? 0;
    const flags = bytes[at + 6] ?? 0;
    const isMedia = id === PRIVATE_STREAM || (id >= 0xc0 && id <= 0xef);
    // Several tracks share the private stream; the first byte of its payload says which.
    const track = id === PRIVATE_STREAM ? bytes[at + 9 + (bytes[at + 8] ?? 0)] : 0x100 | id;
    if (isMedia && track !== undefined && (flags & 0xc0) === 0x80) count(counts, track, (flags & 0x30) !== 0);
  }
}

const PRIVATE_STREAM = 0xbd;

const START_CODE = Buffer.of(0, 0, 1);

function count(counts: Counts, track: number, scrambled: boolean): void {
  const known = counts.get(track) ?? { scrambled: 0, all: 0 };
  counts.set(track, { scrambled: known.scrambled + (scrambled ? 1 : 0), all: known.all + 1 });
}
