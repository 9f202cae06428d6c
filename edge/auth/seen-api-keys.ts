import { LAST_USED_EXACTNESS_MS } from "../../shared/domain/api-key.ts";
import { keepNewest } from "./keep-newest.ts";

/** What an isolate remembers about API keys, by a hash of the whole key. It stores values, no keys and no promises. */
export type SeenApiKeys = {
  /** Whether the key was valid at its last look-up. */
  readonly wasGood: (key: string) => boolean;
  /** Whether a recent look-up found no such key. */
  readonly isUnknown: (key: string, now: number) => boolean;
  /** Whether so many look-ups of this second found nothing that no more keys are looked up that may not exist. */
  readonly isFlooded: (now: number) => boolean;
  readonly note: (key: string, found: "good" | "bad" | "unknown", now: number) => void;
  /** Whether this is the first use of the key in a minute. */
  readonly noteUse: (keyId: string, now: number) => boolean;
};

/** Short, although a random key cannot be tried before it exists. */
const UNKNOWN_MS = 1000;
/** In a second: a flood of made-up keys from many networks must not occupy the database. */
const MOST_UNKNOWN = 50;

export function createSeenApiKeys(): SeenApiKeys {
  const good = new Map<string, true>();
  const unknownUntil = new Map<string, number>();
  const usedAt = new Map<string, number>();
  let misses = { second: 0, count: 0 };
  const missesOf = (now: number) => {
    const second = Math.floor(now / 1000);
    if (misses.second !== second) misses = { second, count: 0 };
    return misses;
  };
  return {
    wasGood: (key) => good.has(key),
    isUnknown: (key, now) => now < (unknownUntil.get(key) ?? 0),
    isFlooded: (now) => missesOf(now).count >= MOST_UNKNOWN,
    note: (key, found, now) => {
      if (found === "good") keepNewest(good, key, true);
      else good.delete(key);
      if (found !== "unknown") return;
      keepNewest(unknownUntil, key, now + UNKNOWN_MS);
      missesOf(now).count++;
    },
    noteUse: (keyId, now) => {
      if (now - (usedAt.get(keyId) ?? Number.NEGATIVE_INFINITY) < LAST_USED_EXACTNESS_MS) return false;
      keepNewest(usedAt, keyId, now);
      return true;
    },
  };
}
