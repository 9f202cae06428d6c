import { type SegmentTimes, TICKS_PER_SECOND, type Ticks } from "../segments/segment-times.ts";
import type { ExpectedMedia } from "./expected-media.ts";
import { type MediaTolerances, ROUNDING_TICKS } from "./media-tolerances.ts";

/** What the segments so far say: where the next one continues. */
export type RungState = {
  readonly lastPts: Ticks;
  readonly lastDts: Ticks;
  /** Null before the first sound. */
  readonly soundEnd: Ticks | null;
  readonly soundFrameTicks: Ticks;
  /** Whether it ended with a whole frame. */
  readonly soundWhole: boolean;
  readonly pictureCounter: number;
  readonly soundCounter: number;
};

/** What is wrong with a segment by itself, as the end of the sentence "Segment 3 of 720p ..."; null for nothing. */
export function judgeAlone(
  { picture, sound, lostPackets }: SegmentTimes,
  expected: ExpectedMedia,
  { oneMuxer }: MediaTolerances,
): string | null {
  if (expected.picture && !picture) return "has no picture";
  if (!expected.picture && picture) return "has a picture, but the video has none";
  if (!expected.picture && !sound) return "has no sound";
  if (!expected.sound && sound) return "has sound, but the video has none";
  if (oneMuxer && lostPackets) return "lacks packets in its middle";
  if (picture && !picture.keyframeFirst) return "does not begin with a keyframe";
  if (picture && !picture.ordered) return "has pictures whose decoding times go backwards";
  if (oneMuxer && picture && picture.firstDts < 0) return "has decoding times from before the beginning of the clock";
  if (sound && sound.largestOverlap > sound.frameTicks + ROUNDING_TICKS) {
    return `has sound that overlaps itself by ${seconds(sound.largestOverlap)}`;
  }
  if (oneMuxer && sound && !sound.whole) return "is cut off inside a frame of its sound";
  if (oneMuxer && sound && sound.largestHole > sound.frameTicks + ROUNDING_TICKS) {
    return `has a hole of ${seconds(sound.largestHole)} in its sound`;
  }
  return null;
}

/** What is wrong between a segment and the one before it; times must be on one turn of the clock. */
export function judgeNeighbours(
  before: RungState,
  { picture, sound, counters }: SegmentTimes,
  expected: ExpectedMedia,
  tolerances: MediaTolerances,
): string | null {
  if (picture) {
    if (picture.firstPts <= before.lastPts) {
      return `overlaps the picture before it by ${seconds(before.lastPts - picture.firstPts)}`;
    }
    if (picture.firstDts <= before.lastDts) return "has decoding times from before the end of the segment before it";
    const hole = holeBefore(picture.firstPts, before, expected);
    if (hole > ROUNDING_TICKS) return `leaves a hole of ${seconds(hole)} in the picture before it`;
    if (-hole > ROUNDING_TICKS) return `begins ${seconds(-hole)} before the picture before it ends`;
  }
  if (sound && before.soundEnd !== null) {
    const slack = Math.max(tolerances.soundTicks ?? 0, sound.frameTicks) + ROUNDING_TICKS;
    const apart = sound.firstPts - before.soundEnd;
    if (apart > slack) return `leaves a hole of ${seconds(apart)} in the sound before it`;
    if (-apart > slack) return `overlaps the sound before it by ${seconds(-apart)}`;
  }
  return tolerances.oneMuxer && !continues(before, counters) ? "does not continue the segment before it" : null;
}

function continues(before: RungState, { picture, sound }: SegmentTimes["counters"]): boolean {
  const follows = (last: number, first: number) => last === -1 || first === -1 || first === ((last + 1) & 0x0f);
  return follows(before.pictureCounter, picture.first) && follows(before.soundCounter, sound.first);
}

/** Beyond one frame; 0 where frames need not be at equal distances. */
function holeBefore(firstPts: Ticks, { lastPts }: RungState, { picture }: ExpectedMedia): Ticks {
  return picture?.kind === "even" ? firstPts - lastPts - picture.frameSeconds * TICKS_PER_SECOND : 0;
}

export function seconds(ticks: Ticks): string {
  return `${(ticks / TICKS_PER_SECOND).toFixed(2)} s`;
}
