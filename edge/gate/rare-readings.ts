import type { Later } from "./freshness.ts";
import type { Gate, Known, PartName } from "./gate.ts";

/** A reading of the part that begins now; null where one began a moment ago. */
export type RareReadings = (part: PartName, later: Later) => Promise<Known | "away" | null>;

/** An isolate asks the database at most so often for what it does not know. */
const AGAIN_MS = 250;

/** For what a part may have got since the isolate read it: whatever a crowd asks for, it costs few readings. */
export function rareReadings(gate: Pick<Gate, "partSince">, now: () => number): RareReadings {
  let askedAt = Number.NEGATIVE_INFINITY;
  return async (part, later) => {
    const at = now();
    if (at >= askedAt && at - askedAt < AGAIN_MS) return null;
    askedAt = at;
    return gate.partSince(part, at, later);
  };
}
