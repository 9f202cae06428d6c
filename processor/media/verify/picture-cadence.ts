import { type PictureTimes, TICKS_PER_SECOND, type Ticks } from "../segments/segment-times.ts";
import type { ExpectedPicture } from "./expected-media.ts";
import { unannouncedFrame } from "./frame-times.ts";
import { ROUNDING_TICKS } from "./media-tolerances.ts";
import { seconds } from "./segment-judgement.ts";

/**
 * What is wrong with the distances of the pictures of one segment, or null. `times`: sorted; `originTicks`: where time
 * zero stands.
 */
export function cadenceFault(
  picture: PictureTimes,
  times: Float64Array,
  expected: ExpectedPicture,
  originTicks: Ticks,
): string | null {
  if (expected.kind === "unknown") return null;
  const frameTicks = expected.frameSeconds * TICKS_PER_SECOND;
  if (expected.kind === "announced") return unannounced(times, expected.frameTimes, originTicks, frameTicks);
  if (picture.frames < 2) return null;
  if (picture.largestGap > frameTicks + ROUNDING_TICKS) {
    return `has a hole of ${seconds(picture.largestGap - frameTicks)} in its picture`;
  }
  return picture.smallestGap < frameTicks - ROUNDING_TICKS ? "has pictures that are too close together" : null;
}

function unannounced(times: Float64Array, announced: Float64Array, origin: Ticks, frameTicks: Ticks): string | null {
  const time = unannouncedFrame(times, announced, origin, frameTicks / 2 + ROUNDING_TICKS);
  return time === null ? null : `has a picture at ${seconds(time - origin)}, where the file has none`;
}
