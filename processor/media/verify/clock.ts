import { type SegmentTimes, unwrapped } from "../segments/segment-times.ts";
import type { RungState } from "./segment-judgement.ts";

/** The times of a segment on the turn of the 33-bit clock that continues the one before it. */
export function onClock(times: SegmentTimes, before: RungState | null): SegmentTimes {
  const { picture, sound } = times;
  const near = before ? (before.soundEnd ?? before.lastPts) : (picture?.firstPts ?? 0);
  const pictureTurn = picture ? unwrapped(picture.firstDts, before?.lastDts ?? near) - picture.firstDts : 0;
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
