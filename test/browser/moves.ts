/** A move of the position by the player itself, and whether its buffer held what comes at `from`. */
export type Move = { readonly from: number; readonly to: number; readonly buffered: boolean };

export type PlayedRange = readonly [start: number, end: number];

declare global {
  interface Window {
    moves: Move[];
  }
}

/** Runs in the page before the player's script. Moves of the test itself are recorded too. */
export function recordMoves(): void {
  const property = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "currentTime");
  window.moves = [];
  Object.defineProperty(HTMLMediaElement.prototype, "currentTime", {
    ...property,
    set(this: HTMLMediaElement, to: number) {
      const { currentTime: from, buffered: ranges } = this;
      let buffered = false;
      for (let n = 0; n < ranges.length; n++) buffered ||= ranges.start(n) <= from && from < ranges.end(n);
      window.moves.push({ from, to, buffered });
      property?.set?.call(this, to);
    },
  });
}

/** hls.js steps by nudgeOffset, 0.1 s, and by up to three times that; Shaka by stallSkip, 0.1 s. */
const LONGEST_NUDGE_SECONDS = 0.3;
const ROUNDING_SECONDS = 0.001;

/**
 * The played ranges, joined over nudges: a player whose decoder stands still although its buffer holds the next picture
 * steps a little forward. When that happens depends on the machine alone. A step over what is not in the buffer joins
 * nothing: there the video has a hole.
 */
export function joinOverNudges(played: readonly PlayedRange[], moves: readonly Move[]): PlayedRange[] {
  const nudges = moves.filter(({ from, to, buffered }) => {
    return buffered && to > from && to - from <= LONGEST_NUDGE_SECONDS + ROUNDING_SECONDS;
  });
  const ranges = [...played, ...nudges.map(({ from, to }): PlayedRange => [from, to])];
  const joined: [start: number, end: number][] = [];
  for (const [start, end] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = joined.at(-1);
    if (last === undefined || start > last[1] + ROUNDING_SECONDS) joined.push([start, end]);
    else last[1] = Math.max(last[1], end);
  }
  return joined;
}
