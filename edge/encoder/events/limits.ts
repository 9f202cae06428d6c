import type { Listeners } from "./listeners.ts";

/** An event is written to each listener in turn; measured with 200, see docs/benchmarks.md. */
export const MOST_LISTENERS = 1000;
/** Of one caller at one object, so that one site leaves room for others. */
export const MOST_LISTENERS_OF_CALLER = 300;

/** A stream ends after this time at the latest. Its client connects again and authenticates again. */
export const LONGEST_STREAM_MS = 10 * 60_000;

/** `full`: nobody can connect now. `too-many`: this caller has its share. */
export function limitReached(
  listeners: Pick<Listeners, "count" | "countOf">,
  owner: string,
): "full" | "too-many" | null {
  if (listeners.count() >= MOST_LISTENERS) return "full";
  return listeners.countOf(owner) >= MOST_LISTENERS_OF_CALLER ? "too-many" : null;
}
