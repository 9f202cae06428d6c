import { constants, deflateRawSync } from "node:zlib";
import { crc32, joinCrc32, multiply, ONE, shiftOver } from "./crc32.ts";

/** RFC 1952 2.3: magic number, deflate, no flags, no time, best compression, system unknown. */
const GZIP_HEADER = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
const GZIP_TRAILER_BYTES = 8;
/** RFC 1951 3.2.4: LEN and its complement, before the bytes of a stored block. */
const STORED_LENGTHS_BYTES = 4;
const LARGEST_STORED_BLOCK = 0xffff;

const encoder = new TextEncoder();

export type GzipSplice = {
  /** Bytes of memory of the prepared pieces. */
  readonly byteLength: number;
  /** `fill` is ASCII of at most 65,535 characters (else RangeError). The result is a whole gzip file. */
  readonly render: (fill: string) => Uint8Array<ArrayBuffer>;
};

type Piece = {
  /** Deflated bytes. Each piece but the last ends with the header of a stored block, without its length. */
  readonly deflated: Uint8Array;
  readonly crc: number;
  readonly shift: number;
};

/** The whole file for fills of one length: only the fills and the checksum are missing. */
type Frame = {
  readonly fillLength: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Offset of each fill. */
  readonly holes: readonly number[];
  /** The checksum of the whole is `rest` and `factor` times that of the fill: a CRC is linear. */
  readonly rest: number;
  readonly factor: number;
};

/**
 * Compresses the constant parts once and leaves a hole between each two. A response copies the fills in uncompressed
 * and combines the checksum from those of the parts.
 */
export function compileGzipSplice(texts: readonly Uint8Array[]): GzipSplice {
  const pieces = texts.map((text, index) => compilePiece(text, index === texts.length - 1));
  const plainBytes = texts.reduce((sum, text) => sum + text.length, 0);
  const deflatedBytes = pieces.reduce((sum, piece) => sum + piece.deflated.length, 0);
  // Tokens of one video have few lengths, so the last frame nearly always fits.
  let frame: Frame | null = null;
  return {
    // A frame is a second copy of the pieces.
    byteLength: 2 * deflatedBytes,
    render: (fill) => {
      if (fill.length > LARGEST_STORED_BLOCK) throw new RangeError("what fills a hole must fit into a stored block");
      if (frame?.fillLength !== fill.length) frame = buildFrame(pieces, fill.length, plainBytes);
      const gzip = frame.bytes.slice();
      const crc = frame.rest ^ multiply(frame.factor, fillHoles(gzip, frame.holes, fill));
      writeUint32(gzip, gzip.length - GZIP_TRAILER_BYTES, crc);
      return gzip;
    },
  };
}

function compilePiece(text: Uint8Array, isLast: boolean): Piece {
  const finishFlush = isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
  const deflated = deflateRawSync(text, { level: 9, finishFlush });
  const crc = crc32(text);
  const shift = shiftOver(text.length);
  if (isLast) return { deflated, crc, shift };
  // A sync flush ends with an empty stored block. Its header and padding stay; the fill's lengths replace its own.
  const end = deflated.length - STORED_LENGTHS_BYTES;
  if (end < 1 || [0, 0, 0xff, 0xff].some((byte, index) => deflated[end + index] !== byte)) {
    throw new Error("zlib did not end a sync flush with an empty stored block");
  }
  return { deflated: deflated.slice(0, end), crc, shift };
}

function buildFrame(pieces: readonly Piece[], fillLength: number, plainBytes: number): Frame {
  const count = pieces.length - 1;
  const deflatedBytes = pieces.reduce((sum, piece) => sum + piece.deflated.length, 0);
  const holeBytes = count * (STORED_LENGTHS_BYTES + fillLength);
  const bytes = new Uint8Array(GZIP_HEADER.length + deflatedBytes + holeBytes + GZIP_TRAILER_BYTES);
  bytes.set(GZIP_HEADER, 0);
  const holes: number[] = [];
  let at = GZIP_HEADER.length;
  for (const [index, { deflated }] of pieces.entries()) {
    bytes.set(deflated, at);
    at += deflated.length;
    if (index === count) break;
    bytes.set([fillLength & 0xff, fillLength >>> 8, ~fillLength & 0xff, (~fillLength >>> 8) & 0xff], at);
    at += STORED_LENGTHS_BYTES;
    holes.push(at);
    at += fillLength;
  }
  // RFC 1952 2.3.1: ISIZE is the plain length modulo 2^32.
  writeUint32(bytes, at + 4, plainBytes + count * fillLength);
  return { fillLength, bytes, holes, ...joinedCrc(pieces, shiftOver(fillLength)) };
}

/** The checksum of all pieces and fills as a function of the fill's: `rest ^ factor crc`. */
function joinedCrc(pieces: readonly Piece[], fillShift: number): { rest: number; factor: number } {
  let rest = pieces[0]!.crc;
  let factor = 0;
  for (const { crc, shift } of pieces.slice(1)) {
    rest = joinCrc32(joinCrc32(rest, 0, fillShift), crc, shift);
    factor = multiply(shift, joinCrc32(factor, ONE, fillShift));
  }
  return { rest, factor };
}

/** Writes the fill into every hole and returns its checksum. */
function fillHoles(gzip: Uint8Array, holes: readonly number[], fill: string): number {
  const [first, ...others] = holes;
  if (first === undefined) return 0;
  const written = gzip.subarray(first, first + fill.length);
  encoder.encodeInto(fill, written);
  for (const hole of others) gzip.copyWithin(hole, first, first + fill.length);
  return crc32(written);
}

/** Little-endian, modulo 2^32. */
function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  for (let byte = 0; byte < 4; byte += 1) bytes[at + byte] = value >>> (8 * byte);
}
