import { prefixOfObject } from "../../shared/domain/job-outcomes/prefix-owner.ts";
import type { ObjectStore } from "../adapters/object-store.ts";

/** What is stored under the prefix of one upload or claim, in all buckets together. */
export type StoredPrefix = {
  readonly prefix: string;
  readonly objects: number;
  readonly bytes: number;
  /** When the youngest of them was written, in milliseconds since the epoch. */
  readonly youngest: number;
};

export type Inventory = {
  readonly prefixes: readonly StoredPrefix[];
  /** Objects outside this layout, which are never deleted. */
  readonly strangers: number;
};

/** Lists whole buckets; what is kept of them is one entry for each upload and claim. */
export async function takeInventory(buckets: readonly ObjectStore[], signal: AbortSignal): Promise<Inventory> {
  const found = new Map<string, StoredPrefix>();
  let strangers = 0;
  for (const bucket of buckets) {
    for await (const page of bucket.pages("", signal)) {
      for (const { key, size, lastModified } of page) {
        const prefix = prefixOfObject(key);
        if (prefix === null) strangers += 1;
        else found.set(prefix, withObject(found.get(prefix) ?? empty(prefix), size, lastModified));
      }
    }
  }
  return { prefixes: [...found.values()], strangers };
}

function empty(prefix: string): StoredPrefix {
  return { prefix, objects: 0, bytes: 0, youngest: Number.NEGATIVE_INFINITY };
}

function withObject({ prefix, objects, bytes, youngest }: StoredPrefix, size: number, written: number): StoredPrefix {
  return { prefix, objects: objects + 1, bytes: bytes + size, youngest: Math.max(youngest, written) };
}
