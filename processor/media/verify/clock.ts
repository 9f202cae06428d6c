import { type SegmentTimes, TICKS_PER_SECOND, unwrapped } from "../segments/segment-times.ts";
import type { ExpectedMedia } from "./expected-media.ts";
import type { RungState } from "./segment-judgement.ts";

/**
 * The times of a segment on the turn of the 33-bit clock that continues the one before it, or of the first that is nearest to
 * time zero. So a time before the clock begins is negative.
 */
export function onClock(times: SegmentTimes, before: RungState | null, expected: ExpectedMedia): SegmentTimes {
  const { picture, sound } = times;
  const zero = expected.originSeconds === null ? null : expected.originSeconds * TICKS_PER_SECOND;
  const near = before ? (before.soundEnd ?? before.lastPts) : (zero ?? picture?.firstPts ?? 0);
  const pictureNear = before?.lastDts ?? zero ?? picture?.firstDts ?? 0;
  const pictureTurn = picture ? unwrapped(picture.firstDts, pictureNear) - picture.firstDts : 0;
  const soundTurn = sound ? unwrapped(sound.firstPts, near) - sound.firstPts : 0;
  if (pictureTurn === 0 && soundTurn === 0) return times;
  return {
    ...times,
    picture: picture && {
      ...picture,
      firstPts: picture.firstPts + pictureTurn,
      lastPts: picture.lastPts + pictureTurn,
      firstDts: picture.firstDts + pictureTurn,
      lastDts: picture.lastDts + pictureTurn,
    },
    sound: sound && { ...sound, firstPts: sound.firstPts + soundTurn, endPts: sound.endPts + soundTurn },
  };
}
