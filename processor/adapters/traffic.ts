import type { ObjectStore } from "./object-store.ts";

/** Counts bytes as they are received and sent. */
export type Traffic = { received(bytes: number): void; sent(bytes: number): void };

export const UNCOUNTED: Traffic = { received: () => {}, sent: () => {} };

/** The same bucket, with whole objects counted. Streams are not: the reader of a source counts what it received. */
export function countedStore(store: ObjectStore, { received, sent }: Traffic): ObjectStore {
  return {
    ...store,
    getBytes: async (key, signal, allocate) => {
      const bytes = await store.getBytes(key, signal, allocate);
      received(bytes.byteLength);
      return bytes;
    },
    putBytes: async (key, body, headers, signal) => {
      await store.putBytes(key, body, headers, signal);
      sent(Buffer.byteLength(body));
    },
    putFile: async (key, path, headers, signal, look) => {
      const bytes = await store.putFile(key, path, headers, signal, look);
      sent(bytes);
      return bytes;
    },
  };
}
