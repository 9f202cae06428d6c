import { logError } from "../log/log.ts";

/** Ciphertext in the cache of the location that serves the viewer (Cache API). */
export type SegmentCache = {
  /** Null: not there. The caller reads the body or cancels it. */
  readonly find: (key: SegmentName) => Promise<CachedSegment | null>;
  /** The bytes of a cached segment, or null if they are gone. */
  readonly findPart: (key: SegmentName, part: Part) => Promise<BodyInit | null>;
  /**
   * Stores what was read from R2, and returns the stream for the viewer. Null where it is not to be stored: then the
   * object is untouched.
   */
  readonly keep: (key: SegmentName, object: R2ObjectBody, later: Later) => ReadableStream<Uint8Array> | null;
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
export const MOST_CACHED_BYTES = 8 * 2 ** 20;
/** Of an isolate's 128 MB. A segment that is being stored takes its size twice: for the cache and for a slow viewer. */
const MOST_FILLING_BYTES = 40 * 2 ** 20;
/** A request that was cancelled never says that it has ended. */
const LONGEST_FILL_MS = 60_000;

type Fill = { readonly url: string; readonly bytes: number; readonly until: number };

/** `keptSeconds`: how long a deleted segment may still come from the cache; 0 for no cache. */
export function createSegmentCache(keptSeconds: number, now: () => number): SegmentCache {
  let fills: readonly Fill[] = [];

  /** Null while the segment is being stored, or too many others are. */
  const startFill = (url: string, size: number): Fill | null => {
    fills = fills.filter(({ until }) => until > now());
    const bytes = 2 * size;
    const inMemory = fills.reduce((sum, fill) => sum + fill.bytes, 0);
    if (inMemory + bytes > MOST_FILLING_BYTES || fills.some((fill) => fill.url === url)) return null;
    const fill = { url, bytes, until: now() + LONGEST_FILL_MS };
    fills = [...fills, fill];
    return fill;
  };

  const isUsed = ({ url }: SegmentName) => keptSeconds > 0 && hasCache(url);

  return {
    find: async (name) => {
      if (!isUsed(name)) return null;
      const response = await match(name);
      const etag = response?.headers.get("etag");
      if (response?.status !== 200 || response.body === null || etag == null) return null;
      return { httpEtag: etag, size: Number(response.headers.get("content-length")), body: response.body };
    },

    findPart: async (name, { offset, length }) => {
      const response = await match(name, { range: `bytes=${offset}-${offset + length - 1}` });
      if (response === null) return null;
      if (response.status === 206) return response.body;
      return new Uint8Array(await response.arrayBuffer(), offset, length);
    },

    keep: (name, object, later) => {
      if (object.size > MOST_CACHED_BYTES || !isUsed(name)) return null;
      const url = cacheUrl(name);
      const fill = startFill(url, object.size);
      if (fill === null) return null;
      const [toViewer, toCache] = object.body.tee();
      const { readable, writable } = new FixedLengthStream(object.size);
      // Cancelled when the viewer leaves; what is stored does not depend on it.
      const sent = toViewer.pipeTo(writable).catch(() => {});
      const stored = store(url, object, toCache, keptSeconds).catch((error: unknown) =>
        logError("segment-cache", error),
      );
      later(
        Promise.all([sent, stored]).then(() => {
          fills = fills.filter((other) => other !== fill);
        }),
      );
      return readable;
    },
  };
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
