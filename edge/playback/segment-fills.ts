/** Of an isolate's 128 MB. A fill takes the size of its segment twice: for the cache and for a slow viewer. */
const MOST_FILLING_BYTES = 40 * 2 ** 20;
/**
 * A viewer that takes longer for one segment has stopped reading, and is cut off: it would keep the request and its
 * memory for as long as the connection lives.
 */
const LONGEST_FILL_MS = 300_000;

/** A segment in memory, on its way from R2 to the cache and to a viewer. */
type Fill = {
  /** Aborts after `LONGEST_FILL_MS`. */
  readonly signal: AbortSignal;
  /** The viewer has its bytes or has left, and the cache has its copy or failed. */
  end(): void;
};

/** What this isolate holds in memory. */
export type SegmentFills = {
  /** Null while this segment is in memory, or too many others are. */
  start(url: string, size: number): Fill | null;
};

export function createSegmentFills(now: () => number): SegmentFills {
  // A request that the runtime has ended never calls `end`: its fill counts until its viewer would have been cut off.
  let held: readonly { readonly url: string; readonly bytes: number; readonly until: number }[] = [];
  return {
    start: (url, size) => {
      held = held.filter(({ until }) => until > now());
      const inMemory = held.reduce((sum, { bytes }) => sum + bytes, 0);
      if (inMemory + 2 * size > MOST_FILLING_BYTES || held.some((other) => other.url === url)) return null;
      const fill = { url, bytes: 2 * size, until: now() + LONGEST_FILL_MS };
      held = [...held, fill];
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(new Error("The viewer stopped reading")), LONGEST_FILL_MS);
      return {
        signal: late.signal,
        end: () => {
          clearTimeout(timer);
          held = held.filter((other) => other !== fill);
        },
      };
    },
  };
}
