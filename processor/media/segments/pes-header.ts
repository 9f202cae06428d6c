import type { Ticks } from "./segment-times.ts";

/** Start code, stream id, length, two bytes of flags, the length of the header. */
const FIXED_BYTES = 9;
const TIME_BYTES = 5;

/** The header of a PES packet (ISO/IEC 13818-1 2.4.3.6); one object is read into again and again. */
export class PesHeader {
  /** -1 where the header has no time. Without its own DTS it is the PTS. */
  pts: Ticks = -1;
  dts: Ticks = -1;
  /** Where the payload begins. */
  payloadAt = 0;

  /** False for what is no header, or is not in this packet as a whole. */
  read(bytes: Uint8Array, at: number, end: number): boolean {
    if (end - at < FIXED_BYTES || bytes[at] !== 0 || bytes[at + 1] !== 0 || bytes[at + 2] !== 1) return false;
    const timed = (bytes[at + 7] as number) >> 6;
    const headerBytes = bytes[at + 8] as number;
    const needed = timed === 3 ? 2 * TIME_BYTES : timed === 2 ? TIME_BYTES : 0;
    this.payloadAt = at + FIXED_BYTES + headerBytes;
    if (headerBytes < needed || this.payloadAt > end || timed === 1) return false;
    this.pts = timed >= 2 ? timeAt(bytes, at + FIXED_BYTES) : -1;
    this.dts = timed === 3 ? timeAt(bytes, at + FIXED_BYTES + TIME_BYTES) : this.pts;
    return true;
  }
}

/** 33 bits in five bytes; the uppermost three are multiplied in, as bit operations stop at 32. */
function timeAt(bytes: Uint8Array, at: number): Ticks {
  const high = ((bytes[at] as number) >> 1) & 7;
  const middle = ((bytes[at + 1] as number) << 7) | ((bytes[at + 2] as number) >> 1);
  const low = ((bytes[at + 3] as number) << 7) | ((bytes[at + 4] as number) >> 1);
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}
