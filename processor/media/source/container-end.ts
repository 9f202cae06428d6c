/**
 * Whether a file ends where its own structure says. ffmpeg reads what is there and says nothing of the rest: of a
 * fragmented MP4, a Matroska file or a transport stream that was cut off it simply makes a shorter film.
 */
export type ContainerEnd = "whole" | "cut" | "unknown";

/** Random access to a file; fewer bytes than asked only at its end. */
export type FileBytes = {
  readonly size: number;
  readonly read: (offset: number, length: number) => Promise<Buffer>;
};

export async function findContainerEnd(file: FileBytes): Promise<ContainerEnd> {
  const head = await file.read(0, 12);
  if (MP4_FIRST_BOXES.has(head.toString("latin1", 4, 8))) return mp4End(file);
  if (head.length > 4 && head.readUInt32BE(0) === EBML) return matroskaEnd(file);
  if (head.toString("latin1", 0, 4) === "RIFF") return riffEnd(file);
  return transportStreamEnd(file);
}

export const MP4_FIRST_BOXES = new Set(["ftyp", "styp", "moov", "moof", "mdat", "free", "skip", "wide", "pnot"]);
/** A fragment each second for a day; a file with more is not read to the end. */
const MOST_BOXES = 100_000;

/** ISO/IEC 14496-12, 4.2: boxes follow each other; a size of 1 is followed by 64 bits, 0 reaches to the end. */
async function mp4End(file: FileBytes): Promise<ContainerEnd> {
  let at = 0;
  for (let boxes = 0; at < file.size; boxes++) {
    if (boxes === MOST_BOXES) return "unknown";
    const header = await file.read(at, 16);
    if (header.length < 8) return "cut";
    const short = header.readUInt32BE(0);
    if (short === 0) return "whole";
    if (short === 1 && header.length < 16) return "cut";
    const size = short === 1 ? Number(header.readBigUInt64BE(8)) : short;
    if (size < 8) return "unknown";
    at += size;
  }
  return at === file.size ? "whole" : "cut";
}

export const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;

/** RFC 8794: header and segment are elements of an id, a size and as many bytes; a live file leaves the size open. */
async function matroskaEnd(file: FileBytes): Promise<ContainerEnd> {
  const header = elementSize(await file.read(4, 8));
  if (!header?.size) return "unknown";
  const segmentAt = 4 + header.width + header.size;
  const head = await file.read(segmentAt, 12);
  if (head.length < 5) return "cut";
  if (head.readUInt32BE(0) !== SEGMENT) return "unknown";
  const segment = elementSize(head.subarray(4));
  if (!segment?.size) return "unknown";
  return segmentAt + 4 + segment.width + segment.size > file.size ? "cut" : "whole";
}

/** A number whose leading zero bits say how many bytes it has; all ones say that the size is not known. */
function elementSize(bytes: Buffer): { readonly width: number; readonly size: number | null } | null {
  const width = Math.clz32(bytes[0] ?? 0) - 23;
  if (width > 8 || bytes.length < width) return null;
  const bits = BigInt(7 * width);
  const value = BigInt(`0x${bytes.toString("hex", 0, width)}`) & ((1n << bits) - 1n);
  return { width, size: value === (1n << bits) - 1n ? null : Number(value) };
}

/** AVI and WAV: chunks of an even size, more than one in a large AVI; recorders that were stopped leave 0 or all ones. */
async function riffEnd(file: FileBytes): Promise<ContainerEnd> {
  let at = 0;
  while (at + 8 <= file.size) {
    const header = await file.read(at, 8);
    if (header.toString("latin1", 0, 4) !== "RIFF") return "whole";
    const size = header.readUInt32LE(4);
    if (size === 0 || size === 0xffffffff) return "unknown";
    at += 8 + size + (size % 2);
  }
  // The byte that makes the last chunk even is often left out.
  return at > file.size + 1 ? "cut" : "whole";
}

/** Of broadcast, of cameras (4 bytes of time before each), with error correction. */
const TS_PACKETS = [188, 192, 204];

/** ISO/IEC 13818-1: packets of one size, so a part of one at the end was cut. */
async function transportStreamEnd(file: FileBytes): Promise<ContainerEnd> {
  const head = await file.read(0, 5 * 204);
  const size = TS_PACKETS.find((packet) => {
    const first = packet === 192 ? 4 : 0;
    return [0, 1, 2, 3].every((n) => head[first + n * packet] === 0x47);
  });
  if (size === undefined) return "unknown";
  return file.size % size === 0 ? "whole" : "cut";
}
