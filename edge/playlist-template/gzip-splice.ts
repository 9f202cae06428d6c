import { constants, deflateRawSync } from "node:zlib";
import { crc32, joinCrc32, shiftOver } from "./crc32.ts";

/** RFC 1952 2.3: magic number, deflate, no flags, no time, best compression, system unknown. */
const GZIP_HEADER = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
const GZIP_TRAILER_BYTES = 8;
/** RFC 1951 3.2.4: LEN and its complement, before the bytes of a stored block. */
const STORED_LENGTHS_BYTES = 4;
const LARGEST_STORED_BLOCK = 0xffff;

const encoder = new TextEncoder();

export type GzipSplice = {
  /** Bytes of memory that the prepared pieces take. */
  readonly byteLength: number;
  /** `fill` is ASCII of at most 65,535 characters (else RangeError). The result is a whole gzip file. */
  readonly render: (fill: string) => Uint8Array<ArrayBuffer>;
};

type Piece = {
  /** Deflated bytes; of every piece but the last they end with the header of a stored block, its length to come. */
  readonly deflated: Uint8Array;
  readonly crc: number;
  readonly shift: number;
};

/**
 * Compresses once what is the same in every answer, and leaves a hole between each two texts. Filling the holes costs
 * a copy: the fill goes in uncompressed, and the checksum of the whole is put together from those of the parts.
 */
export function compileGzipSplice(texts: readonly Uint8Array[]): GzipSplice {
  const pieces = texts.map((text, index) => compilePiece(text, index === texts.length - 1));
  const holes = pieces.length - 1;
  const plainBytes = texts.reduce((sum, text) => sum + text.length, 0);
  const deflatedBytes = pieces.reduce((sum, piece) => sum + piece.deflated.length, 0);
  const fixedBytes = GZIP_HEADER.length + deflatedBytes + holes * STORED_LENGTHS_BYTES + GZIP_TRAILER_BYTES;
  return {
    byteLength: deflatedBytes,
    render: (fill) => {
      if (fill.length > LARGEST_STORED_BLOCK) throw new RangeError("what fills a hole must fit into a stored block");
      const gzip = new Uint8Array(fixedBytes + holes * fill.length);
      const fillCrc = writeBody(gzip, pieces, fill);
      const trailer = new DataView(gzip.buffer, gzip.length - GZIP_TRAILER_BYTES);
      trailer.setUint32(0, joinPieces(pieces, fillCrc, fill.length), true);
      // RFC 1952 2.3.1: ISIZE is the plain length modulo 2^32, which setUint32 takes care of.
      trailer.setUint32(4, plainBytes + holes * fill.length, true);
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
  // A sync flush ends with an empty stored block. Its header and padding stay; the two lengths give way to the fill's.
  const end = deflated.length - STORED_LENGTHS_BYTES;
  if (end < 1 || [0, 0, 0xff, 0xff].some((byte, index) => deflated[end + index] !== byte)) {
    throw new Error("zlib did not end a sync flush with an empty stored block");
  }
  return { deflated: deflated.slice(0, end), crc, shift };
}

/** Writes header, pieces and fills; gives the checksum of the fill. */
function writeBody(gzip: Uint8Array, pieces: readonly Piece[], fill: string): number {
  gzip.set(GZIP_HEADER, 0);
  let at = GZIP_HEADER.length;
  let firstFill: Uint8Array | null = null;
  for (let index = 0; index < pieces.length; index += 1) {
    const { deflated } = pieces[index]!;
    gzip.set(deflated, at);
    at += deflated.length;
    if (index === pieces.length - 1) break;
    gzip[at] = fill.length & 0xff;
    gzip[at + 1] = fill.length >>> 8;
    gzip[at + 2] = ~fill.length & 0xff;
    gzip[at + 3] = (~fill.length >>> 8) & 0xff;
    at += STORED_LENGTHS_BYTES;
    if (firstFill === null) {
      firstFill = gzip.subarray(at, at + fill.length);
      encoder.encodeInto(fill, firstFill);
    } else gzip.set(firstFill, at);
    at += fill.length;
  }
  return firstFill === null ? 0 : crc32(firstFill);
}

function joinPieces(pieces: readonly Piece[], fillCrc: number, fillLength: number): number {
  const fillShift = shiftOver(fillLength);
  let crc = pieces[0]!.crc;
  for (let index = 1; index < pieces.length; index += 1) {
    crc = joinCrc32(crc, fillCrc, fillShift);
    crc = joinCrc32(crc, pieces[index]!.crc, pieces[index]!.shift);
  }
  return crc;
}
