import { logError } from "../log/log.ts";
import { createSegmentFills } from "./segment-fills.ts";

/** Ciphertext in the cache of the location that serves the viewer (Cache API). */
export type SegmentCache = {
  /** Null: not there. The caller reads the body or cancels it. */
  readonly find: (key: SegmentName) => Promise<CachedSegment | null>;
  /** The bytes of a cached segment, or null if the cache does not answer with exactly these. */
  readonly findPart: (key: SegmentName, part: Part) => Promise<ReadableStream<Uint8Array> | null>;
  /**
   * Stores what was read from R2, and returns the stream for the viewer: the whole object, or a part of it. Null where
   * it is not to be stored: then the object is untouched.
   */
  readonly keep: (
    key: SegmentName,
    object: R2ObjectBody,
    part: Part | null,
    later: Later,
  ) => ReadableStream<Uint8Array> | null;
};

export type SegmentName = { readonly url: string; readonly objectKey: string };
export type Part = { readonly offset: number; readonly length: number };
type CachedSegment = {
  readonly httpEtag: string;
  readonly size: number;
  readonly body: ReadableStream<Uint8Array>;
};
type Later = (work: Promise<unknown>) => void;

/** Ours are below 6 MB. A larger object would hold too much memory while it is stored. */
const MOST_CACHED_BYTES = 8 * 2 ** 20;

/** `keptSeconds`: how long a deleted segment may still come from the cache; 0 for no cache. */
export function createSegmentCache(keptSeconds: number, now: () => number): SegmentCache {
  const fills = createSegmentFills(now);
  const isUsed = ({ url }: SegmentName) => keptSeconds > 0 && hasCache(url);

  return {
    find: async (name) => {
      if (!isUsed(name)) return null;
      const response = await match(name);
      const etag = response?.headers.get("etag");
      const size = Number(response?.headers.get("content-length"));
      if (response?.status === 200 && response.body !== null && etag != null && Number.isInteger(size) && size > 0) {
        return { httpEtag: etag, size, body: response.body };
      }
      await response?.body?.cancel();
      return null;
    },

    findPart: async (name, part) => {
      const response = await match(name, { range: `bytes=${part.offset}-${part.offset + part.length - 1}` });
      if (response !== null && isPart(response, part)) return response.body;
      await response?.body?.cancel();
      return null;
    },

    keep: (name, object, part, later) => {
      if (object.size > MOST_CACHED_BYTES || !isUsed(name)) return null;
      const url = cacheUrl(name);
      const fill = fills.start(url, object.size);
      if (fill === null) return null;
      const [toViewer, toCache] = object.body.tee();
      const { readable, writable } = new FixedLengthStream(part?.length ?? object.size);
      // Ends when the viewer leaves; what is stored does not depend on it.
      const sent = send(toViewer, part, writable, fill.signal).catch(() => {});
      const stored = store(url, object, toCache, keptSeconds).catch((error: unknown) =>
        logError("segment-cache", error),
      );
      later(Promise.all([sent, stored]).then(() => fill.end()));
      return readable;
    },
  };
}

/** Settles when the viewer has read the last byte or has left, and at the signal. */
async function send(
  whole: ReadableStream<Uint8Array>,
  part: Part | null,
  writable: WritableStream<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  if (part === null) return whole.pipeTo(writable, { signal });
  try {
    const bytes = new Uint8Array(await new Response(whole).arrayBuffer(), part.offset, part.length);
    await new Response(bytes).body?.pipeTo(writable, { signal });
  } catch (error) {
    await writable.abort(error);
  }
}

/** A cache may answer a range with the whole, or with an error page. */
function isPart({ status, headers }: Response, { offset, length }: Part): boolean {
  const sent = headers.get("content-range") ?? "";
  if (status === 206) return sent.startsWith(`bytes ${offset}-${offset + length - 1}/`);
  return status === 200 && offset === 0 && headers.get("content-length") === String(length);
}

/** Stores the whole object or nothing: a cache may keep the beginning of a stream that fails. */
async function store(
  url: string,
  object: R2Object,
  body: ReadableStream<Uint8Array>,
  keptSeconds: number,
): Promise<void> {
  const bytes = await new Response(body).arrayBuffer();
  if (bytes.byteLength !== object.size) throw new Error(`${bytes.byteLength} of ${object.size} bytes`);
  const headers = {
    "content-type": "video/mp2t",
    "content-length": String(object.size),
    "cache-control": `public, max-age=${keptSeconds}`,
    etag: object.httpEtag,
  };
  await caches.default.put(url, new Response(bytes, { headers }));
}

/** A cache that fails is as good as an empty one. */
async function match(name: SegmentName, headers: Record<string, string> = {}): Promise<Response | null> {
  try {
    return (await caches.default.match(new Request(cacheUrl(name), { headers }))) ?? null;
  } catch (error) {
    logError("segment-cache", error);
    return null;
  }
}

/** One spelling for each object, without what a viewer adds to the URL. */
function cacheUrl({ url, objectKey }: SegmentName): string {
  return `${new URL(url).origin}/video/enc/segments/${objectKey.split("/").map(encodeURIComponent).join("/")}`;
}

/** There, the Cache API stores nothing. */
function hasCache(url: string): boolean {
  return !new URL(url).hostname.endsWith(".workers.dev");
}
