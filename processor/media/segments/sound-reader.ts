import { Continuous } from "./continuous.ts";
import { type SoundTimes, TICKS_PER_SECOND, type Ticks, unwrapped } from "./segment-times.ts";

/** ISO/IEC 14496-3 1.A.2.2: the fixed and the variable header of an ADTS frame, without its checksum. */
const HEADER_BYTES = 7;
const SAMPLES_PER_BLOCK = 1024;
const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350,
];

/** Collects the times of the AAC frames of one segment: those of PES headers, and the frames that lie in between. */
export class SoundReader {
  readonly continuity = new Continuous();
  readonly #header = new Uint8Array(HEADER_BYTES);
  #filled = 0;
  /** Bytes up to the next header. */
  #rest = 0;
  #frames = 0;
  #frameTicks = 0;
  #started = false;
  #firstPts: Ticks = 0;
  /** Where the frames since the last time end. */
  #endPts: Ticks = 0;
  #hole = 0;
  #overlap = 0;
  #synchronous = true;

  reset(): void {
    this.continuity.reset();
    this.#filled = 0;
    this.#rest = 0;
    this.#frames = 0;
    this.#frameTicks = 0;
    this.#started = false;
    this.#hole = 0;
    this.#overlap = 0;
    this.#synchronous = true;
  }

  /** A PES packet begins; `pts` is the time of the first frame that begins in it, -1 for none. */
  begin(pts: Ticks): void {
    // After something that is no frame, the next packet is the next place to look at.
    if (this.#rest === Number.POSITIVE_INFINITY) this.#rest = 0;
    if (pts === -1) return;
    if (!this.#started) {
      this.#started = true;
      this.#firstPts = pts;
      this.#endPts = pts;
      return;
    }
    const time = unwrapped(pts, this.#endPts);
    const apart = time - this.#endPts;
    if (apart > this.#hole) this.#hole = apart;
    if (-apart > this.#overlap) this.#overlap = -apart;
    this.#endPts = time;
  }

  payload(bytes: Uint8Array, from: number, to: number): void {
    let at = from;
    while (at < to) {
      if (this.#rest > 0) {
        const skipped = Math.min(this.#rest, to - at);
        this.#rest -= skipped;
        at += skipped;
        continue;
      }
      this.#header[this.#filled] = bytes[at] as number;
      this.#filled += 1;
      at += 1;
      if (this.#filled === HEADER_BYTES) this.#frame();
    }
  }

  /** Null without a frame that has a time. */
  finish(): SoundTimes | null {
    if (!this.#started || this.#frames === 0) return null;
    return {
      frames: this.#frames,
      firstPts: this.#firstPts,
      endPts: this.#endPts,
      frameTicks: this.#frameTicks,
      largestHole: this.#hole,
      largestOverlap: this.#overlap,
      whole: this.#synchronous && this.#rest === 0 && this.#filled === 0,
    };
  }

  #frame(): void {
    const header = this.#header;
    this.#filled = 0;
    const rate = SAMPLE_RATES[((header[2] as number) >> 2) & 0x0f];
    const length = (((header[3] as number) & 3) << 11) | ((header[4] as number) << 3) | ((header[5] as number) >> 5);
    const isFrame = header[0] === 0xff && ((header[1] as number) & 0xf6) === 0xf0;
    if (!isFrame || rate === undefined || length < HEADER_BYTES) {
      this.#synchronous = false;
      this.#rest = Number.POSITIVE_INFINITY;
      return;
    }
    const blocks = ((header[6] as number) & 3) + 1;
    this.#rest = length - HEADER_BYTES;
    this.#frames += 1;
    this.#frameTicks = (blocks * SAMPLES_PER_BLOCK * TICKS_PER_SECOND) / rate;
    this.#endPts += this.#frameTicks;
  }
}
