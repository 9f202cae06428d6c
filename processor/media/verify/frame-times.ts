import { TICKS_PER_SECOND, type Ticks } from "../segments/segment-times.ts";

/**
 * Looks for every frame of a segment among the times that the source announces, and gives the time of the first that is
 * not among them, or null. Encoders put frames on a grid of the frame rate, so that one may stand beside its time by
 * `slackTicks`; no two share one. Announced times without a frame are those of frames that could not be decoded.
 *
 * `times`: in ticks, sorted; `announced`: in seconds after `originTicks`, sorted.
 */
export function unannouncedFrame(
  times: Float64Array,
  announced: Float64Array,
  originTicks: Ticks,
  slackTicks: Ticks,
): Ticks | null {
  let next = firstFrom(announced, ((times[0] ?? 0) - slackTicks - originTicks) / TICKS_PER_SECOND);
  for (let i = 0; i < times.length; i++) {
    const time = times[i] as number;
    while (next < announced.length && ticksAt(announced, next) + originTicks < time - slackTicks) next += 1;
    if (next === announced.length || ticksAt(announced, next) + originTicks > time + slackTicks) return time;
    next += 1;
  }
  return null;
}

function ticksAt(announced: Float64Array, index: number): Ticks {
  return (announced[index] as number) * TICKS_PER_SECOND;
}

/** The index of the first time at or after `seconds`. */
function firstFrom(sorted: Float64Array, seconds: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}
