/** Of API keys that an isolate remembers, in each of its maps. */
const MOST_KEYS = 1000;

/** Adds to a bounded map. A Map iterates in insertion order: the first key is the oldest. */
export function keepNewest<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MOST_KEYS) map.delete(map.keys().next().value as string);
}
