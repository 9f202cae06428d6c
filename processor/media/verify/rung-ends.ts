import { type PictureTimes, type SegmentTimes, TICKS_PER_SECOND, type Ticks } from "../segments/segment-times.ts";
import type { ExpectedMedia } from "./expected-media.ts";
import { ROUNDING_TICKS } from "./media-tolerances.ts";
import { type RungState, seconds } from "./segment-judgement.ts";

/** Where the length of the source is not known, sound and picture may end so far apart; more would be seen. */
const ENDS_APART_SECONDS = 1;

/** What is wrong with the first segment of a rung, as the end of "Segment 1 of 720p ..."; null for nothing. */
export function judgeStart({ picture, sound }: SegmentTimes, expected: ExpectedMedia): string | null {
  if (expected.originSeconds === null) return null;
  const origin = expected.originSeconds * TICKS_PER_SECOND;
  if (picture && expected.picture && expected.picture.kind !== "unknown") {
    const apart = picture.firstPts - origin;
    if (Math.abs(apart) > expected.picture.frameSeconds * TICKS_PER_SECOND + ROUNDING_TICKS) {
      return `has a picture that begins ${early(apart)}`;
    }
  }
  if (!expected.sound) return null;
  if (!sound) return "has no sound";
  const apart = sound.firstPts - origin;
  return Math.abs(apart) > sound.frameTicks + ROUNDING_TICKS ? `has sound that begins ${early(apart)}` : null;
}

/** The picture ends one frame after its last time; where no frame rate is known, the mean distance in its segment. */
export function endOfPicture({ firstPts, lastPts, frames }: PictureTimes, { picture }: ExpectedMedia): Ticks {
  const frameSeconds = picture?.frameSeconds ?? null;
  if (frameSeconds !== null) return lastPts + frameSeconds * TICKS_PER_SECOND;
  return lastPts + (frames > 1 ? (lastPts - firstPts) / (frames - 1) : 0);
}

/** What is wrong with the end of a rung, as "the sound ends ..."; null for nothing. */
export function judgeEnd(state: RungState, end: Ticks, expected: ExpectedMedia): string | null {
  const { originSeconds, picture, sound } = expected;
  if (originSeconds === null || !picture || !sound) return null;
  if (state.soundEnd === null) return "has no sound";
  if (sound.endSeconds === null) {
    const apart = state.soundEnd - end;
    return Math.abs(apart) > ENDS_APART_SECONDS * TICKS_PER_SECOND
      ? `has sound that ends ${seconds(Math.abs(apart))} ${apart > 0 ? "after" : "before"} its picture`
      : null;
  }
  const apart = state.soundEnd - (originSeconds + sound.endSeconds) * TICKS_PER_SECOND;
  return Math.abs(apart) > state.soundFrameTicks + ROUNDING_TICKS ? `has sound that ends ${early(apart)}` : null;
}

function early(apart: Ticks): string {
  return `${seconds(Math.abs(apart))} ${apart > 0 ? "too late" : "too early"}`;
}
