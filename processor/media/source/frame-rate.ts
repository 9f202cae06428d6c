import type { FrameRate } from "../../../shared/domain/quality/rendition.ts";
import type { FrameRateChoice } from "./source-facts.ts";

/** Above this, a rung costs twice and no HLS profile asks for it. */
const MAX_FRAMES_PER_SECOND = 60;
/**
 * Slides are repeated up to this, so that keyframes and segments come by the clock. Browsers that take transport streams
 * themselves hold back seven pictures, which at one a second is a whole segment: Shaka then never starts in Chromium.
 */
const MIN_FRAMES_PER_SECOND = 10;
/** Two rates nearer than this are one rate: containers round their time stamps. */
const SAME_RATE = 0.005;
const FALLBACK: FrameRate = { numerator: 30, denominator: 1 };

/** Of the frames of a variable source, a rung keeps at least this share. */
const KEPT_SHARE = 0.97;
/** A measured rate above this is an accident of two packets, not a camera. */
const MAX_MEASURED_RATE = 250;

const STANDARD_RATES: readonly FrameRate[] = [
  { numerator: 10, denominator: 1 },
  { numerator: 12, denominator: 1 },
  { numerator: 15, denominator: 1 },
  { numerator: 20, denominator: 1 },
  { numerator: 24000, denominator: 1001 },
  { numerator: 24, denominator: 1 },
  { numerator: 25, denominator: 1 },
  { numerator: 30000, denominator: 1001 },
  { numerator: 30, denominator: 1 },
  { numerator: 48, denominator: 1 },
  { numerator: 50, denominator: 1 },
  { numerator: 60000, denominator: 1001 },
  { numerator: 60, denominator: 1 },
];

const FASTEST: FrameRate = { numerator: MAX_FRAMES_PER_SECOND, denominator: 1 };

/** How the frames of a source really follow each other, measured on its packets. */
export type Cadence = {
  /** Frames per second between neighbours that are a usual distance apart. */
  readonly typical: number;
  readonly regular: boolean;
  /** The lowest standard rate at which no more than a few frames share a slot. */
  readonly keeping: FrameRate;
};

/** Reads ffprobe's "30000/1001"; null for "0/0" and everything else that is no rate. */
export function parseFrameRate(text: string | undefined): FrameRate | null {
  const match = /^(\d+)\/(\d+)$/.exec(text ?? "");
  const numerator = Number(match?.[1] ?? 0);
  const denominator = Number(match?.[2] ?? 0);
  return numerator > 0 && denominator > 0 ? { numerator, denominator } : null;
}

export function framesPerSecond(rate: FrameRate): number {
  return rate.numerator / rate.denominator;
}

/** Sorted presentation times in seconds, each once -> cadence; null for fewer than two frames. */
export function measureCadence(sortedTimes: Float64Array): Cadence | null {
  const distances = distancesOf(sortedTimes);
  if (distances.length === 0) return null;
  distances.sort();
  const median = distances[Math.floor(distances.length / 2)] ?? 0;
  const usual = distances.subarray(
    distances.findIndex((distance) => distance > median * 0.5),
    distances.findLastIndex((distance) => distance < median * 1.5) + 1,
  );
  return {
    typical: usual.length / sum(usual),
    // A hole of a second would become a segment that is longer than the target duration.
    regular: usual.length >= distances.length * 0.9 && (distances.at(-1) ?? 0) <= Math.max(1, 3 * median),
    keeping: STANDARD_RATES.find((rate) => keptShare(sortedTimes, framesPerSecond(rate)) >= KEPT_SHARE) ?? FASTEST,
  };
}

/** What is left of frames that are laid on slots of equal length, one in each. */
function keptShare(sortedTimes: Float64Array, rate: number): number {
  const start = sortedTimes[0] ?? 0;
  let kept = 0;
  let last = -1;
  for (const time of sortedTimes) {
    const slot = Math.round((time - start) * rate);
    if (slot !== last) kept += 1;
    last = slot;
  }
  return kept / sortedTimes.length;
}

/** Seconds between neighbours, where there are any. */
function distancesOf(sortedTimes: Float64Array): Float64Array {
  const distances = new Float64Array(Math.max(0, sortedTimes.length - 1));
  let count = 0;
  for (let i = 1; i < sortedTimes.length; i++) {
    const distance = (sortedTimes[i] ?? 0) - (sortedTimes[i - 1] ?? 0);
    if (distance > 0) distances[count++] = distance;
  }
  return distances.subarray(0, count);
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/**
 * The frame rate of the ladder. A constant source keeps its own fraction and all of its frames, or a multiple where they
 * are few; a variable one is made constant at the rate that fits it. `declared` is the container's rate (r_frame_rate), `average` its frames over time.
 */
export function chooseFrameRate(source: {
  readonly declared: FrameRate | null;
  readonly average: FrameRate | null;
  readonly cadence: Cadence | null;
  readonly interlaced: boolean;
}): FrameRateChoice {
  const chosen = sourceRate(source);
  const fieldRate = source.interlaced && framesPerSecond(chosen.frameRate) > 31;
  const frames = fieldRate ? divide(chosen.frameRate, 2) : chosen.frameRate;
  const capped = divide(frames, Math.ceil(framesPerSecond(frames) / (MAX_FRAMES_PER_SECOND + 0.01)));
  const frequent = multiply(capped, Math.ceil(MIN_FRAMES_PER_SECOND / (framesPerSecond(capped) * (1 + SAME_RATE))));
  const changed = framesPerSecond(frequent) !== framesPerSecond(chosen.frameRate);
  return { frameRate: frequent, resample: chosen.resample || changed };
}

function sourceRate({ declared, average, cadence }: Parameters<typeof chooseFrameRate>[0]): FrameRateChoice {
  const measured = cadence?.typical ?? (average && framesPerSecond(average));
  if (measured === null) {
    const usable = declared && framesPerSecond(declared) <= 120 ? declared : FALLBACK;
    return { frameRate: usable, resample: true };
  }
  const isDeclared =
    declared && framesPerSecond(declared) >= 1 && isSameRate(framesPerSecond(declared), measured) ? declared : null;
  if (cadence && !cadence.regular) return { frameRate: variableRate(cadence, isDeclared), resample: true };
  return isDeclared
    ? { frameRate: isDeclared, resample: false }
    : { frameRate: standardRate(measured), resample: true };
}

/** The declared rate where it is enough, since 23.976 is no standard rate of a file that rounds its times. */
function variableRate({ keeping }: Cadence, declared: FrameRate | null): FrameRate {
  const enough = declared !== null && framesPerSecond(declared) >= framesPerSecond(keeping) * (1 - SAME_RATE);
  return enough ? declared : keeping;
}

/** The standard rate that a measured one is, else the next one above it, so that no frame is lost. */
function standardRate(measured: number): FrameRate {
  if (measured > MAX_MEASURED_RATE) return FASTEST;
  if (measured > MAX_FRAMES_PER_SECOND * 1.01) return { numerator: Math.round(measured), denominator: 1 };
  const wanted = Math.max(measured, MIN_FRAMES_PER_SECOND);
  // ms-rounded time stamps blur 29.97 and 30: the nearest one wins before "the next above" is asked.
  const nearest = STANDARD_RATES.reduce((best, rate) =>
    Math.abs(framesPerSecond(rate) - wanted) < Math.abs(framesPerSecond(best) - wanted) ? rate : best,
  );
  if (isSameRate(framesPerSecond(nearest), wanted)) return nearest;
  return STANDARD_RATES.find((rate) => framesPerSecond(rate) >= wanted) ?? FALLBACK;
}

function isSameRate(a: number, b: number): boolean {
  return Math.abs(a - b) <= SAME_RATE * a;
}

/** Each picture as often as every other one. */
function multiply({ numerator, denominator }: FrameRate, by: number): FrameRate {
  return by <= 1 ? { numerator, denominator } : { numerator: numerator * by, denominator };
}

function divide(rate: FrameRate, by: number): FrameRate {
  if (by === 1) return rate;
  return rate.numerator % by === 0
    ? { numerator: rate.numerator / by, denominator: rate.denominator }
    : { numerator: rate.numerator, denominator: rate.denominator * by };
}
