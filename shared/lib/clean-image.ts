import { type ImageHeader, readImageHeader } from "./image-header.ts";

export type CleanImage = ImageHeader & { readonly bytes: Uint8Array<ArrayBuffer> };

export type ImageProblem = "unreadable" | "animated" | "turned";

/**
 * An image without what is not its picture: places, cameras, comments, other pictures behind its end. Colour profiles
 * stay. Nothing is decoded: the pixels are those that were given.
 */
export function cleanImage(bytes: Uint8Array): CleanImage | ImageProblem {
  const header = readImageHeader(bytes);
  if (header === null) return "unreadable";
  try {
    const cleaned = CLEANERS[header.format](bytes);
    return typeof cleaned === "string" ? cleaned : { ...header, bytes: cleaned };
  } catch (error) {
    // A read beyond the end: the image is cut off.
    if (error instanceof RangeError) return "unreadable";
    throw error;
  }
}

type Cleaned = Uint8Array<ArrayBuffer> | ImageProblem;
const CLEANERS: Record<ImageHeader["format"], (bytes: Uint8Array) => Cleaned> = {
  jpeg: cleanJpeg,
  png: cleanPng,
  webp: cleanWebp,
};

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Throws a RangeError where `subarray` would shorten. */
function slice(bytes: Uint8Array, from: number, to: number): Uint8Array {
  if (to > bytes.length || from > to) throw new RangeError("cut off");
  return bytes.subarray(from, to);
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...slice(bytes, at, at + length));
}

const SOS = 0xda;
const EOI = 0xd9;

/** ITU-T T.81 B.1.1: segments up to the end of the image, of which metadata and comments are left out. */
function cleanJpeg(bytes: Uint8Array): Cleaned {
  const view = viewOf(bytes);
  const kept = [slice(bytes, 0, 2)];
  let scans = 0;
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return "unreadable";
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === EOI) return scans === 0 ? "unreadable" : joined([...kept, slice(bytes, at, at + 2)]);
    const length = view.getUint16(at + 2);
    if (length < 2) return "unreadable";
    const end = at + 2 + length;
    if (isTurned(slice(bytes, at, end), marker)) return "turned";
    const next = marker === SOS ? endOfScan(view, end) : end;
    if (marker === SOS) scans += 1;
    if (isKept(bytes, at, marker)) kept.push(slice(bytes, at, next));
    at = next;
  }
}

/** JFIF, ICC profiles, Adobe's transform of colours, and everything that is no application's data and no comment. */
function isKept(bytes: Uint8Array, at: number, marker: number): boolean {
  if (marker === 0xe2) return textAt(bytes, at + 4, 4) === "ICC_";
  const isMetadata = (marker >= 0xe1 && marker <= 0xef && marker !== 0xee) || marker === 0xfe;
  return !isMetadata;
}

/** Within a scan, 0xff stands before a stuffed zero, a restart or a fill byte; anything else ends it. */
function endOfScan(view: DataView, from: number): number {
  for (let at = from; ; at += 1) {
    if (view.getUint8(at) !== 0xff) continue;
    const next = view.getUint8(at + 1);
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
}

const ORIENTATION = 0x0112;

/** Whether Exif says that the picture is to be turned or mirrored (TIFF 6.0, tag 274), which is lost with it. */
function isTurned(segment: Uint8Array, marker: number): boolean {
  if (marker !== 0xe1 || segment.length < 18 || textAt(segment, 4, 6) !== "Exif\0\0") return false;
  const tiff = viewOf(segment.subarray(10));
  const little = tiff.getUint16(0) === 0x4949;
  try {
    const directory = tiff.getUint32(4, little);
    for (let entry = 0; entry < tiff.getUint16(directory, little); entry += 1) {
      const at = directory + 2 + 12 * entry;
      if (tiff.getUint16(at, little) === ORIENTATION) return tiff.getUint16(at + 8, little) > 1;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return false;
}

/** What a decoder needs, and the colours (PNG 11.2 and 11.3). */
const PNG_CHUNKS = new Set(["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP"]);

function cleanPng(bytes: Uint8Array): Cleaned {
  const view = viewOf(bytes);
  const kept = [slice(bytes, 0, 8)];
  for (let at = 8; ; ) {
    const name = textAt(bytes, at + 4, 4);
    const end = at + 12 + view.getUint32(at);
    const chunk = slice(bytes, at, end);
    if (name === "acTL") return "animated";
    if (PNG_CHUNKS.has(name)) kept.push(chunk);
    if (name === "IEND") return joined(kept);
    at = end;
  }
}

const WEBP_CHUNKS = new Set(["VP8X", "VP8 ", "VP8L", "ALPH", "ICCP"]);
const ANIMATION = 0x02;
const EXIF_AND_XMP = 0x0c;

/** RFC 9649 2.7: chunks of even length; the first one says which others there are. */
function cleanWebp(bytes: Uint8Array): Cleaned {
  const view = viewOf(bytes);
  const total = 8 + view.getUint32(4, true);
  const kept: Uint8Array[] = [];
  for (let at = 12; at < total; ) {
    const size = view.getUint32(at + 4, true);
    const end = at + 8 + size + (size % 2);
    const chunk = slice(bytes, at, end).slice();
    const name = textAt(bytes, at, 4);
    if (name === "VP8X") {
      const flags = chunk[8] ?? 0;
      if ((flags & ANIMATION) !== 0) return "animated";
      chunk[8] = flags & ~EXIF_AND_XMP;
    }
    if (WEBP_CHUNKS.has(name)) kept.push(chunk);
    at = end;
  }
  const body = joined(kept);
  const header = slice(bytes, 0, 12).slice();
  viewOf(header).setUint32(4, 4 + body.length, true);
  return joined([header, body]);
}
