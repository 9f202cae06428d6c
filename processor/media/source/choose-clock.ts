import { type Refusal, refuse } from "../refusal.ts";
import type { ClockReading } from "./clock-reading.ts";
import { STEP_AHEAD_SECONDS, type StreamScan } from "./packet-scan.ts";

/** How a file whose clock steps is read. */
export type ChosenClock = {
  readonly kind: "chosen";
  readonly reading: ClockReading;
  readonly warnings: readonly string[];
};

/** Smaller thresholds, for files joined from clips that are so short that a new clock looks like a hole. */
const SMALL_THRESHOLDS_SECONDS = [4, 1, 0.3];
/** A longer gap is the clock of another recording, and no hole. */
const LONGEST_HOLE_SECONDS = 3 * 3600;
/** Sound and picture may be apart for this long at a join, unseen, and for this long with a warning. */
const UNSEEN_SECONDS = 0.1;
const NOTICED_SECONDS = 0.75;

/** The thresholds for clock steps that a file is tried with, the best first: ffmpeg's own, then one above its holes. */
export function clockThresholds(scans: readonly StreamScan[]): number[] {
  const holes = scans.map((scan) => scan.longestGapSeconds);
  const longest = Math.max(0, ...holes.filter((seconds) => seconds <= LONGEST_HOLE_SECONDS));
  const raised = longest > STEP_AHEAD_SECONDS ? [Math.ceil(longest) + 1] : [];
  return [STEP_AHEAD_SECONDS, ...raised, ...SMALL_THRESHOLDS_SECONDS];
}

/** The first reading that keeps sound and picture together, else the one that does so best; a refusal where none does. */
export function chooseClock(readings: readonly ClockReading[], picture: number | null): ChosenClock | Refusal {
  const full = readings.filter(({ emptySeconds }) => emptySeconds === 0);
  const clean = full.find((reading) => apartAtJoins(reading) <= UNSEEN_SECONDS);
  if (clean) return { kind: "chosen", reading: clean, warnings: holeWarnings(clean, picture) };
  const [best] = full.toSorted((a, b) => apartAtJoins(a) - apartAtJoins(b));
  if (!best || apartAtJoins(best) > NOTICED_SECONDS) return refuse("mixed-recordings", NOT_TOGETHER);
  return { kind: "chosen", reading: best, warnings: [...holeWarnings(best, picture), JOINED] };
}

function apartAtJoins({ apartSeconds, joins }: ClockReading): number {
  return apartSeconds / Math.max(1, joins.length);
}

const NOT_TOGETHER =
  "The file was joined from recordings whose sound and picture cannot be kept together. Join them in a video editor, and upload the result.";
const JOINED =
  "The file was joined from several recordings: sound and picture may be apart for a moment where the next one begins.";

function holeWarnings({ holes }: ClockReading, picture: number | null): string[] {
  return [...holes].map(([stream, seconds]) =>
    stream === picture
      ? `The picture is missing for ${seconds.toFixed(1)} s: its last frame stays.`
      : `The sound is missing for ${seconds.toFixed(1)} s: it is silent there.`,
  );
}
