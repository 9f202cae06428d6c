import { Hono, type Context as HonoContext } from "hono";
import type { Context } from "../../context.ts";
import { problem } from "../../http/problems.ts";
import { matchesEntityTag, parseByteRange, resolveByteRange } from "../../playback/byte-range.ts";
import { createSegmentCache, type Part, type SegmentCache, type SegmentName } from "../../playback/segment-cache.ts";

/**
 * Ciphertext under `/video/enc/segments/{object key}`, from the cache of the location and else from R2. Names never
 * change, so any cache may keep it.
 */
export function segmentRoutes({ env, settings, now }: Context): Hono {
  const stores = { bucket: env.PLAYBACK, cache: createSegmentCache(settings.SEGMENT_CACHE_SECONDS, now) };
  const routes = new Hono();
  routes.get("/:key{.+\\.ts}", (c) => {
    const objectKey = c.req.param("key");
    if (isTooLong(objectKey)) return problem("not-found");
    return serve(stores, { url: c.req.url, objectKey }, c);
  });
  return routes;
}

/** R2 throws on such names as if it were unavailable; nothing has such a name. */
const LONGEST_OBJECT_KEY_BYTES = 1024;

function isTooLong(key: string): boolean {
  // No character of UTF-16 takes more than three bytes of UTF-8: names of ours are never counted.
  return 3 * key.length > LONGEST_OBJECT_KEY_BYTES && new TextEncoder().encode(key).length > LONGEST_OBJECT_KEY_BYTES;
}

type Stores = { readonly bucket: R2Bucket; readonly cache: SegmentCache };

async function serve(stores: Stores, name: SegmentName, c: HonoContext): Promise<Response> {
  return (await fromCache(stores.cache, name, c.req.raw)) ?? fromBucket(stores, name, c);
}

async function fromCache(cache: SegmentCache, name: SegmentName, request: Request): Promise<Response | null> {
  const cached = await cache.find(name);
  if (cached === null) return null;
  const wanted = whatToSend(request, cached);
  if (wanted.kind === "whole") return new Response(cached.body, { headers: wholeHeaders(cached) });
  await cached.body.cancel();
  if (wanted.kind === "answer") return wanted.response;
  const part = await cache.findPart(name, wanted);
  return part === null ? null : partResponse(part, cached, wanted);
}

async function fromBucket({ bucket, cache }: Stores, name: SegmentName, c: HonoContext): Promise<Response> {
  const request = c.req.raw;
  if (request.method === "HEAD") {
    const found = await bucket.head(name.objectKey);
    const wanted = found === null ? null : whatToSend(request, found);
    return wanted?.kind === "answer" ? wanted.response : problem("not-found");
  }
  const object = await bucket.get(name.objectKey);
  if (object === null) return problem("not-found");
  const wanted = whatToSend(request, object);
  if (wanted.kind === "answer") {
    await object.body.cancel();
    return wanted.response;
  }
  const part = wanted.kind === "part" ? wanted : null;
  const kept = cache.keep(name, object, part, (work) => c.executionCtx.waitUntil(work));
  if (part === null) return new Response(kept ?? object.body, { headers: wholeHeaders(object) });
  return kept === null ? readPart(bucket, object, part) : partResponse(kept, object, part);
}

async function readPart(bucket: R2Bucket, object: R2ObjectBody, { offset, length }: Part): Promise<Response> {
  await object.body.cancel();
  const found = await bucket.get(object.key, { range: { offset, length } });
  return found === null ? problem("not-found") : partResponse(found.body, object, { offset, length });
}

type Found = { readonly httpEtag: string; readonly size: number };
type Wanted =
  | { readonly kind: "whole" }
  | ({ readonly kind: "part" } & Part)
  /** Without a body of the object. */
  | { readonly kind: "answer"; readonly response: Response };

function whatToSend({ method, headers }: Request, found: Found): Wanted {
  const answer = (response: Response): Wanted => ({ kind: "answer", response });
  if (matchesEntityTag(headers.get("if-none-match"), found.httpEtag)) {
    return answer(new Response(null, { status: 304, headers: identityHeaders(found) }));
  }
  if (method === "HEAD") return answer(new Response(null, { headers: wholeHeaders(found) }));
  const asked = parseByteRange(headers.get("range"));
  // RFC 9110 13.1.5: a range is valid only for the representation that the client has, compared strongly.
  const ifRange = headers.get("if-range");
  if (asked.kind === "whole" || (ifRange !== null && ifRange.trim() !== found.httpEtag)) return { kind: "whole" };
  const part = resolveByteRange(asked, found.size);
  if (part !== null) return { kind: "part", ...part };
  return answer(problem("range-unsatisfiable", undefined, { "content-range": `bytes */${found.size}` }));
}

function partResponse(body: ReadableStream, found: Found, { offset, length }: Part): Response {
  const headers = identityHeaders(found);
  headers.set("content-length", String(length));
  headers.set("content-range", `bytes ${offset}-${offset + length - 1}/${found.size}`);
  return new Response(body, { status: 206, headers });
}

function identityHeaders({ httpEtag }: Found): Headers {
  return new Headers({
    "content-type": "video/mp2t",
    "cache-control": "public, max-age=31536000, immutable",
    "accept-ranges": "bytes",
    etag: httpEtag,
  });
}

function wholeHeaders(found: Found): Headers {
  const headers = identityHeaders(found);
  headers.set("content-length", String(found.size));
  return headers;
}
