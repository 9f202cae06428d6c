/** What the channels of an AAC frame begin with: one channel (mono, 3.0, 5.1) or a pair (stereo). */
export type AacElement = "single" | "pair";

const SINGLE_CHANNEL = 0;
const CHANNEL_PAIR = 1;
const DATA = 4;
const FILL = 6;
/** Of a frame, as much as may stand before its first channel: a fill element with the name of the encoder. */
export const ELEMENT_BYTES = 400;

/**
 * The first element of a raw data block (ISO/IEC 14496-3, 4.4.2.1) that holds sound. Null where another one comes first,
 * or where the bytes end before.
 */
export function firstElement(block: Uint8Array): AacElement | null {
  const bits = new BitReader(block);
  while (bits.left > 0) {
    const id = bits.read(3);
    if (id === SINGLE_CHANNEL) return "single";
    if (id === CHANNEL_PAIR) return "pair";
    if (id === FILL) bits.skip(8 * fillBytes(bits));
    else if (id === DATA) skipData(bits);
    else return null;
  }
  return null;
}

/** The escape holds one more than is added (4.4.2.7). */
function fillBytes(bits: BitReader): number {
  const count = bits.read(4);
  return count === 15 ? count + bits.read(8) - 1 : count;
}

function skipData(bits: BitReader): void {
  bits.skip(4);
  const isAligned = bits.read(1) === 1;
  const count = bits.read(8);
  const bytes = count === 255 ? count + bits.read(8) : count;
  if (isAligned) bits.align();
  bits.skip(8 * bytes);
}

class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length * 8 - this.#at;
  }

  /** Zeros after the end. */
  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      value = (value << 1) | (((this.#bytes[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1);
    }
    return value;
  }

  skip(count: number): void {
    this.#at += count;
  }

  align(): void {
    this.#at = Math.ceil(this.#at / 8) * 8;
  }
}
