export type TemplateCache<Value> = {
  /** The value, which becomes the most recently used; undefined if absent. */
  readonly get: (key: string) => Value | undefined;
  /** Stores a value of `sizeBytes` and evicts the least recently used. A value larger than the cache is not stored. */
  readonly put: (key: string, value: Value, sizeBytes: number) => void;
  readonly usedBytes: () => number;
};

/**
 * What an isolate may keep between requests: finished, immutable values of at most `maxBytes`. Never a promise, a body
 * or anything else of one request (the runtime forbids its use in another), never a content key or a decision of the
 * key endpoint. All values of a key must be equivalent.
 */
export function createTemplateCache<Value extends object>(maxBytes: number): TemplateCache<Value> {
  // A Map iterates in insertion order: the first key is the least recently used.
  const entries = new Map<string, { readonly value: Value; readonly bytes: number }>();
  let used = 0;
  /** Is not moved when it is used again: in a premiere all requests use the same. */
  let newest: string | undefined;

  function drop(key: string): void {
    used -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  }

  return {
    get: (key) => {
      const entry = entries.get(key);
      if (!entry) return undefined;
      if (key !== newest) {
        entries.delete(key);
        entries.set(key, entry);
        newest = key;
      }
      return entry.value;
    },
    put: (key, value, sizeBytes) => {
      drop(key);
      const bytes = sizeBytes + 2 * key.length;
      if (bytes > maxBytes) return;
      entries.set(key, { value, bytes });
      newest = key;
      used += bytes;
      for (const oldest of entries.keys()) {
        if (used <= maxBytes) break;
        drop(oldest);
      }
    },
    usedBytes: () => used,
  };
}
