/** A packet whose partners have not been seen: those of the other track that lie near it on the file's own clock. */
type Waiting = {
  readonly raw: number;
  readonly offset: number;
  readonly seconds: number;
  readonly number: number;
  /** A partner with another offset was seen. */
  apart: boolean;
};

/** Partners lie this near on the file's clock: less than a join of two recordings needs to look like one. */
const NEAR_SECONDS = 0.15;
/** And this near in the file: a multiplexer sends pictures up to two seconds ahead of their sound. */
const NEAR_PACKETS = 400;
/** Offsets that differ by less are one. */
const SAME_OFFSET_SECONDS = 0.02;

/**
 * Adds up for how long two tracks are corrected by different offsets, so that they no longer lie together as in the
 * file. A packet counts when partners exist in the other track, before or after it in the file, and none has its offset.
 */
export class TrackSync {
  readonly #recent: [Waiting[], Waiting[]] = [[], []];
  readonly #waiting: [Waiting[], Waiting[]] = [[], []];
  #count = 0;
  #apartSeconds = 0;

  add(side: 0 | 1, raw: number, offset: number, seconds: number): void {
    const packet: Waiting = { raw, offset, seconds, number: this.#count, apart: false };
    this.#count += 1;
    this.#expire();
    const other = side === 0 ? 1 : 0;
    this.#waiting[other] = this.#waiting[other].filter((waiting) => !meet(waiting, packet));
    this.#recent[side].push(packet);
    if (!this.#recent[other].findLast((recent) => meet(packet, recent))) this.#waiting[side].push(packet);
  }

  /** Seconds of both tracks together. */
  finish(): number {
    for (const packet of this.#waiting.flat()) this.#settle(packet);
    return this.#apartSeconds;
  }

  #expire(): void {
    for (const side of [0, 1] as const) {
      const isOld = ({ number }: Waiting) => number < this.#count - NEAR_PACKETS;
      while (this.#recent[side][0] && isOld(this.#recent[side][0])) this.#recent[side].shift();
      for (let first = this.#waiting[side][0]; first && isOld(first); first = this.#waiting[side][0]) {
        this.#settle(first);
        this.#waiting[side].shift();
      }
    }
  }

  #settle({ apart, seconds }: Waiting): void {
    if (apart) this.#apartSeconds += seconds;
  }
}

/** Whether two packets are partners with one offset; notes on the first that it has a partner with another. */
function meet(packet: Waiting, partner: Waiting): boolean {
  if (Math.abs(packet.raw - partner.raw) > NEAR_SECONDS) return false;
  if (Math.abs(packet.offset - partner.offset) < SAME_OFFSET_SECONDS) return true;
  packet.apart = true;
  return false;
}
