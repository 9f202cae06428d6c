/** What an isolate remembers about API keys, by a hash of the whole key. It stores values, no keys and no promises. */
export type SeenApiKeys = {
  /** Whether the key was valid at its last look-up. */
  readonly wasGood: (key: string) => boolean;
  /** Whether a recent look-up found no such key. */
  readonly isUnknown: (key: string, now: number) => boolean;
  readonly note: (key: string, found: "good" | "bad" | "unknown", now: number) => void;
};

const MOST_KEYS = 1000;
/** Short, although a random key cannot be tried before it exists. */
const UNKNOWN_MS = 1000;

export function createSeenApiKeys(): SeenApiKeys {
  const good = new Map<string, true>();
  const unknownUntil = new Map<string, number>();
  return {
    wasGood: (key) => good.has(key),
    isUnknown: (key, now) => now < (unknownUntil.get(key) ?? 0),
    note: (key, found, now) => {
      if (found === "good") keep(good, key, true);
      else good.delete(key);
      if (found === "unknown") keep(unknownUntil, key, now + UNKNOWN_MS);
    },
  };
}

/** A Map iterates in insertion order: the first key is the oldest. */
function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MOST_KEYS) map.delete(map.keys().next().value as string);
}
