import type { AacFrame } from "./aac-copy.ts";
import { RescaledClock, type Rescaling } from "./rescaled-clock.ts";

/** Frames that follow each other in one channel configuration. */
export type FormatRun = { readonly frames: number; readonly configuration: number };

/**
 * The formats of AAC under one description, as files have that were joined without encoding. A decoder that goes by the
 * description loses channels or plays at a wrong pitch. Null where the description holds for all of it.
 */
export type HiddenFormats =
  | {
      readonly kind: "channels";
      /** The configuration that the description names. */
      readonly described: number;
      readonly runs: readonly FormatRun[];
    }
  | { readonly kind: "unreadable" };

/** Fewer frames are damage, and no recording. */
const RECORDING_FRAMES = 8;
const FRAME_SAMPLES = 1024;
/** Frames whose distance is measured at a time: a multiplexer rounds the times of those that it packs together. */
const BLOCK_FRAMES = 32;
/** So many blocks at one other rate are a recording. */
const RECORDING_BLOCKS = 3;
const RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000];
/** Rates that are in use lie at least 8 % apart. */
const RATE_TOLERANCE = 0.03;

export class HiddenFormatFinder {
  readonly #runs: { frames: number; configuration: number }[] = [];
  readonly #elements = { single: 0, pair: 0 };
  readonly #rates = new RateWatch();
  readonly #overlap = new OverlapWatch();
  readonly #clock = new RescaledClock();
  #described = 0;
  #describesItself = false;

  frame(frame: AacFrame): void {
    const { configuration, element } = frame;
    this.#described = configuration;
    this.#describesItself ||= configuration === 0;
    if (element !== null) this.#elements[element] += 1;
    this.#rates.frame(frame);
    this.#overlap.frame(frame);
    this.#clock.frame(frame);
    const last = this.#runs.at(-1);
    const actual = element === null && last ? last.configuration : actualConfiguration(frame);
    if (last?.configuration === actual) last.frames += 1;
    else this.#runs.push({ frames: 1, configuration: actual });
  }

  /** Seconds of frames that follow each other at one time. */
  get overlapSeconds(): number {
    return this.#overlap.seconds;
  }

  get rescaling(): Rescaling | null {
    return this.#clock.found;
  }

  finish(): HiddenFormats | null {
    const { single, pair } = this.#elements;
    const isMixed = Math.min(single, pair) >= RECORDING_FRAMES;
    if (this.#rates.changed || (this.#describesItself && isMixed)) return { kind: "unreadable" };
    const runs = withoutDamage(this.#runs);
    return runs.length > 1 ? { kind: "channels", described: this.#described, runs } : null;
  }
}

/** Of frames that begin with one channel under a description of stereo, mono is the likely one. */
function actualConfiguration({ configuration, element }: AacFrame): number {
  if (element === null || configuration === 0) return configuration;
  const described = configuration === 2 ? "pair" : "single";
  if (element === described) return configuration;
  return element === "pair" ? 2 : 1;
}

/** A damaged frame may begin with anything: it counts to the frames around it. */
function withoutDamage(runs: readonly FormatRun[]): FormatRun[] {
  const merged: { frames: number; configuration: number }[] = [];
  let skipped = 0;
  for (const { frames, configuration } of runs) {
    const last = merged.at(-1);
    if (last && (frames < RECORDING_FRAMES || last.configuration === configuration)) last.frames += frames;
    else if (frames < RECORDING_FRAMES) skipped += frames;
    else {
      merged.push({ frames: frames + skipped, configuration });
      skipped = 0;
    }
  }
  return merged;
}

/** A description names one sample rate; how far frames lie apart shows another. */
class RateWatch {
  changed = false;
  #frames = 0;
  #blockStart = 0;
  #declared = 0;
  #other = 0;
  #othersInRow = 0;
  #seen = false;

  frame({ seconds, sampleRate }: AacFrame): void {
    if (this.#frames % BLOCK_FRAMES === 0) {
      if (this.#frames > 0) this.#block(seconds - this.#blockStart, sampleRate);
      this.#blockStart = seconds;
    }
    this.#frames += 1;
  }

  #block(seconds: number, declared: number): void {
    const measured = (BLOCK_FRAMES * FRAME_SAMPLES) / seconds;
    const isNear = (rate: number) => Math.abs(measured / rate - 1) < RATE_TOLERANCE;
    if (isNear(declared)) this.#declared += 1;
    const other = isNear(declared) ? 0 : (RATES.find(isNear) ?? 0);
    this.#othersInRow = other === this.#other ? this.#othersInRow + 1 : 1;
    this.#other = other;
    this.#seen ||= other > 0 && this.#othersInRow >= RECORDING_BLOCKS;
    this.changed = this.#seen && this.#declared >= RECORDING_BLOCKS;
  }
}

/**
 * Frames that lie on top of each other. ffmpeg's concat demuxer joins recordings of different sample rates so: what is
 * left of the times of the first rate is too short for the frames of the second.
 */
class OverlapWatch {
  seconds = 0;
  #before = Number.NEGATIVE_INFINITY;
  #inRow = 0;

  frame({ seconds, sampleRate }: AacFrame): void {
    const length = FRAME_SAMPLES / Math.max(1, sampleRate);
    this.#inRow = seconds - this.#before < length / 4 ? this.#inRow + 1 : 0;
    this.#before = seconds;
    if (this.#inRow >= RECORDING_FRAMES) this.seconds = Math.max(this.seconds, this.#inRow * length);
  }
}
