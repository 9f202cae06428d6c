import { Continuous } from "./continuous.ts";
import { type PictureTimes, unwrapped } from "./segment-times.ts";

const IDR_SLICE = 5;
const SLICE_TYPES_END = 5;

/** Collects the times of the pictures of one segment. */
export class PictureReader {
  readonly continuity = new Continuous();
  #times = new Float64Array(1024);
  #frames = 0;
  #firstDts = 0;
  #lastDts = 0;
  #ordered = true;
  #marked = false;
  #idr = false;
  #searching = false;
  /** The last bytes that were seen, for start codes that are split over packets. */
  #window = 0xffffff;

  reset(): void {
    this.continuity.reset();
    this.#frames = 0;
    this.#ordered = true;
    this.#marked = false;
    this.#idr = false;
    this.#searching = false;
    this.#window = 0xffffff;
  }

  /** A PES packet begins. `marked`: the transport stream calls it a point where decoding can start. */
  begin(pts: number, dts: number, marked: boolean): void {
    const previous = this.#lastDts;
    if (this.#frames === 0) {
      this.#marked = marked;
      this.#searching = true;
      this.#firstDts = dts;
      this.#lastDts = dts;
    } else {
      this.#searching = false;
      this.#lastDts = unwrapped(dts, previous);
      if (this.#lastDts <= previous) this.#ordered = false;
    }
    const time = unwrapped(pts, this.#lastDts);
    if (time < this.#lastDts) this.#ordered = false;
    if (this.#frames === this.#times.length) this.#grow();
    this.#times[this.#frames] = time;
    this.#frames += 1;
  }

  /** The bytes of the first picture, as far as its first slice. */
  payload(bytes: Uint8Array, from: number, to: number): void {
    if (!this.#searching) return;
    let window = this.#window;
    for (let at = from; at < to; at++) {
      const byte = bytes[at] as number;
      if (window === 1) {
        const type = byte & 0x1f;
        if (type >= 1 && type <= SLICE_TYPES_END) {
          this.#idr = type === IDR_SLICE;
          this.#searching = false;
          return;
        }
      }
      window = ((window << 8) | byte) & 0xffffff;
    }
    this.#window = window;
  }

  /** Presentation times, sorted; they are overwritten by the next segment. */
  times(): Float64Array {
    return this.#times.subarray(0, this.#frames);
  }

  finish(): PictureTimes | null {
    if (this.#frames === 0) return null;
    const times = this.times().sort();
    let smallestGap = Number.POSITIVE_INFINITY;
    let largestGap = 0;
    for (let i = 1; i < times.length; i++) {
      const gap = (times[i] as number) - (times[i - 1] as number);
      if (gap < smallestGap) smallestGap = gap;
      if (gap > largestGap) largestGap = gap;
    }
    return {
      frames: this.#frames,
      firstPts: times[0] as number,
      lastPts: times[times.length - 1] as number,
      firstDts: this.#firstDts,
      lastDts: this.#lastDts,
      smallestGap: times.length > 1 ? smallestGap : 0,
      largestGap,
      ordered: this.#ordered,
      keyframeFirst: this.#idr || this.#marked,
    };
  }

  #grow(): void {
    const larger = new Float64Array(2 * this.#times.length);
    larger.set(this.#times);
    this.#times = larger;
  }
}
