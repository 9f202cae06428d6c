export type TemplateCache<Value> = {
  /** The value, which is now the last to be dropped; undefined when it is not there (any more). */
  readonly get: (key: string) => Value | undefined;
  /** Keeps a value of `sizeBytes`, dropping the longest unused. One that is larger than the whole cache is not kept. */
  readonly put: (key: string, value: Value, sizeBytes: number) => void;
  readonly usedBytes: () => number;
};

/**
 * What an isolate may keep between requests: finished, immutable values, at most `maxBytes` of them. Never a promise,
 * a body or anything else that belongs to one request (the runtime forbids its use in another), never a content key or
 * what the gate said. For one key every value must be as good as any other.
 */
export function createTemplateCache<Value extends object>(maxBytes: number): TemplateCache<Value> {
  // A Map lists its keys in the order in which they were put in: the first is the longest unused.
  const entries = new Map<string, { readonly value: Value; readonly bytes: number }>();
  let used = 0;

  function drop(key: string): void {
    used -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  }

  return {
    get: (key) => {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    put: (key, value, sizeBytes) => {
      drop(key);
      const bytes = sizeBytes + 2 * key.length;
      if (bytes > maxBytes) return;
      entries.set(key, { value, bytes });
      used += bytes;
      for (const oldest of entries.keys()) {
        if (used <= maxBytes) break;
        drop(oldest);
      }
    },
    usedBytes: () => used,
  };
}
