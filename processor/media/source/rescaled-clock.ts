import type { AacFrame } from "./aac-copy.ts";

/** How many times too late everything after a join comes. */
export type Rescaling = {
  readonly ratio: number;
  /** The hole at the join is that of the ratio to a few frames. */
  readonly isExact: boolean;
};

const FRAME_SAMPLES = 1024;
const RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000];
const SMALLEST_HOLE_SECONDS = 0.1;
/** A recording starts where the longest track of the one before it ends, which need not be the sound. */
const EXACT_SECONDS = 0.1;
const LONGEST_LEAD_SECONDS = 1;

/**
 * Finds the join of a recording with a higher sample rate. ffmpeg's concat demuxer reads its times in units of the first
 * rate: they are multiplied by the ratio of the rates, so it begins after a hole, and plays too low and too slow.
 */
export class RescaledClock {
  found: Rescaling | null = null;
  #end: number | null = null;

  frame({ seconds, sampleRate }: AacFrame): void {
    const end = this.#end;
    if (end !== null && seconds - end > SMALLEST_HOLE_SECONDS) this.#hole(end, seconds, sampleRate);
    this.#end = seconds + FRAME_SAMPLES / Math.max(1, sampleRate);
  }

  #hole(from: number, to: number, described: number): void {
    for (const rate of RATES.filter((other) => other > described)) {
      const ratio = rate / described;
      const lead = to / ratio - from;
      const isExact = Math.abs(lead) < EXACT_SECONDS;
      if (lead < -EXACT_SECONDS || lead > LONGEST_LEAD_SECONDS || this.found?.isExact) continue;
      this.found = { ratio, isExact };
    }
  }
}

/** Sound and picture end together where the first rate holds for both. */
const ENDS_SECONDS = 0.5;

/** Whether the sound outlasts its picture by the ratio of the rates. */
export function outlastsPicture(rescaling: Rescaling, soundEnd: number | null, pictureEnd: number | null): boolean {
  if (soundEnd === null || pictureEnd === null) return false;
  return Math.abs(soundEnd / rescaling.ratio - pictureEnd) < ENDS_SECONDS;
}
