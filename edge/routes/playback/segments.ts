import { Hono } from "hono";
import type { Context } from "../../context.ts";
import { problem } from "../../http/problems.ts";
import { type ByteRange, matchesEntityTag, parseByteRange, resolveByteRange } from "../../playback/byte-range.ts";

/** Ciphertext under `/video/enc/segments/{object key}`. Names never change, so any cache may keep it. */
export function segmentRoutes({ env }: Context): Hono {
  const routes = new Hono();
  routes.get("/:key{.+\\.ts}", (c) => {
    const key = c.req.param("key");
    if (isTooLong(key)) return problem("not-found");
    const conditions = { request: c.req.raw.headers, head: c.req.raw.method === "HEAD" };
    return serveObject(env.PLAYBACK, key, conditions);
  });
  return routes;
}

/** R2 throws on such names as if it were unavailable; nothing has such a name. */
const LONGEST_OBJECT_KEY_BYTES = 1024;

function isTooLong(key: string): boolean {
  // No character of UTF-16 takes more than three bytes of UTF-8: names of ours are never counted.
  return 3 * key.length > LONGEST_OBJECT_KEY_BYTES && new TextEncoder().encode(key).length > LONGEST_OBJECT_KEY_BYTES;
}

type Conditions = { readonly request: Headers; readonly head: boolean };

async function serveObject(bucket: R2Bucket, key: string, { request, head }: Conditions): Promise<Response> {
  const asked = parseByteRange(request.get("range"));
  const conditional = request.has("if-none-match") || request.has("if-range");
  // The plain path is one operation. Conditions and ranges read the head first: R2 has no 416 and ignores If-Range.
  if (!head && !conditional && asked.kind === "whole") {
    const object = await bucket.get(key);
    return object === null ? problem("not-found") : new Response(object.body, { headers: wholeHeaders(object) });
  }
  const found = await bucket.head(key);
  if (found === null) return problem("not-found");
  if (matchesEntityTag(request.get("if-none-match"), found.httpEtag)) {
    return new Response(null, { status: 304, headers: identityHeaders(found) });
  }
  return serveFound(bucket, found, head ? { kind: "whole" } : applicableRange(asked, request, found), head);
}

/** RFC 9110 13.1.5: a range is valid only for the representation that the client has, compared strongly. */
function applicableRange(asked: ByteRange, request: Headers, found: R2Object): ByteRange {
  const ifRange = request.get("if-range");
  return ifRange === null || ifRange.trim() === found.httpEtag ? asked : { kind: "whole" };
}

async function serveFound(bucket: R2Bucket, found: R2Object, range: ByteRange, head: boolean): Promise<Response> {
  if (head) return new Response(null, { headers: wholeHeaders(found) });
  if (range.kind === "whole") {
    const object = await bucket.get(found.key);
    return object === null ? problem("not-found") : new Response(object.body, { headers: wholeHeaders(object) });
  }
  const part = resolveByteRange(range, found.size);
  if (part === null) return problem("range-unsatisfiable", undefined, { "content-range": `bytes */${found.size}` });
  const object = await bucket.get(found.key, { range: part });
  if (object === null) return problem("not-found");
  const headers = identityHeaders(found);
  headers.set("content-length", String(part.length));
  headers.set("content-range", `bytes ${part.offset}-${part.offset + part.length - 1}/${found.size}`);
  return new Response(object.body, { status: 206, headers });
}

function identityHeaders(object: R2Object): Headers {
  return new Headers({
    "content-type": "video/mp2t",
    "cache-control": "public, max-age=31536000, immutable",
    "accept-ranges": "bytes",
    etag: object.httpEtag,
  });
}

function wholeHeaders(object: R2Object): Headers {
  const headers = identityHeaders(object);
  headers.set("content-length", String(object.size));
  return headers;
}
