import { LAST_USED_EXACTNESS_MS } from "../../shared/domain/access/api-key.ts";
import { keepNewest } from "../../shared/lib/keep-newest.ts";

/** What an isolate remembers about API keys, by a hash of the whole key. It stores values, no keys and no promises. */
export type SeenApiKeys = {
  /** Whether the key was valid at its last look-up. */
  readonly wasGood: (key: string) => boolean;
  /** Whether a recent look-up found no such key. */
  readonly isUnknown: (key: string, now: number) => boolean;
  /** After `block`, which bounds the look-ups of a network whose wrong keys have used up its limit. */
  readonly isBlocked: (network: string, now: number) => boolean;
  readonly block: (network: string, now: number) => void;
  readonly note: (key: string, found: "good" | "bad" | "unknown", now: number) => void;
  /** Whether this is the first use of the key in a minute. */
  readonly noteUse: (keyId: string, now: number) => boolean;
};

/** Short, although a random key cannot be tried before it exists. */
const UNKNOWN_MS = 1000;
const BLOCKED_MS = 10_000;

/** Of API keys that an isolate remembers, in each of its maps. */
const MOST_KEYS = 1000;

export function createSeenApiKeys(): SeenApiKeys {
  const good = new Map<string, true>();
  const unknownUntil = new Map<string, number>();
  const usedAt = new Map<string, number>();
  const blockedUntil = new Map<string, number>();
  return {
    wasGood: (key) => good.has(key),
    isUnknown: (key, now) => now < (unknownUntil.get(key) ?? 0),
    isBlocked: (network, now) => now < (blockedUntil.get(network) ?? 0),
    block: (network, now) => keepNewest(blockedUntil, network, now + BLOCKED_MS, MOST_KEYS),
    note: (key, found, now) => {
      if (found === "good") keepNewest(good, key, true, MOST_KEYS);
      else good.delete(key);
      if (found === "unknown") keepNewest(unknownUntil, key, now + UNKNOWN_MS, MOST_KEYS);
    },
    noteUse: (keyId, now) => {
      if (now - (usedAt.get(keyId) ?? Number.NEGATIVE_INFINITY) < LAST_USED_EXACTNESS_MS) return false;
      keepNewest(usedAt, keyId, now, MOST_KEYS);
      return true;
    },
  };
}
