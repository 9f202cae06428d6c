import { type ProblemCode, problem } from "../http/problems.ts";
import type { Part, SegmentCache, SegmentName } from "./segment-cache.ts";
import { bodilessResponse, partResponse, whatToSend, wholeResponse } from "./segment-responses.ts";

/** A request for one segment, and how long its response may be kept. */
export type SegmentRequest = SegmentName & {
  readonly request: Request;
  readonly cacheControl: string;
  readonly execution: Pick<ExecutionContext, "waitUntil">;
};

/** Answers requests for segments: whole, by range, by entity tag, or HEAD. */
export type SegmentServer = (asked: SegmentRequest) => Promise<Response>;

type Stores = {
  readonly bucket: R2Bucket;
  /** Null: every segment is read from the bucket. */
  readonly cache: SegmentCache | null;
  readonly missing: { readonly code: ProblemCode; readonly detail?: string };
};

/** Segments of the playlists: their names never change. */
export const IMMUTABLE = "public, max-age=31536000, immutable";

/** Serves from the cache of the location, else from the bucket. */
export function segmentServer(stores: Stores): SegmentServer {
  return async (asked) => {
    if (isTooLong(asked.objectKey)) return problem("not-found");
    return (await fromCache(stores.cache, asked)) ?? fromBucket(stores, asked);
  };
}

/** R2 throws on such names as if it were unavailable; nothing has such a name. */
const LONGEST_OBJECT_KEY_BYTES = 1024;

function isTooLong(key: string): boolean {
  // No character of UTF-16 takes more than three bytes of UTF-8: names of ours are never counted.
  return 3 * key.length > LONGEST_OBJECT_KEY_BYTES && new TextEncoder().encode(key).length > LONGEST_OBJECT_KEY_BYTES;
}

async function fromCache(
  cache: SegmentCache | null,
  { request, cacheControl, ...name }: SegmentRequest,
): Promise<Response | null> {
  const cached = (await cache?.find(name)) ?? null;
  if (cache === null || cached === null) return null;
  const wanted = whatToSend(request, cached);
  if (wanted.kind === "whole") return wholeResponse(cached.body, cached, cacheControl);
  await cached.body.cancel();
  if (wanted.kind !== "part") return bodilessResponse(wanted, cached, cacheControl);
  const part = await cache.findPart(name, wanted);
  return part === null ? null : partResponse(part, cached, wanted, cacheControl);
}

async function fromBucket(stores: Stores, asked: SegmentRequest): Promise<Response> {
  const { bucket, cache, missing } = stores;
  const { request, cacheControl, execution, ...name } = asked;
  const notThere = () => problem(missing.code, missing.detail);
  if (request.method === "HEAD") {
    const found = await bucket.head(name.objectKey);
    return (found && bodilessResponse(whatToSend(request, found), found, cacheControl)) ?? notThere();
  }
  const object = await bucket.get(name.objectKey);
  if (object === null) return notThere();
  const wanted = whatToSend(request, object);
  const answer = bodilessResponse(wanted, object, cacheControl);
  if (answer !== null) {
    await object.body.cancel();
    return answer;
  }
  const part = wanted.kind === "part" ? wanted : null;
  const kept = cache?.keep(name, object, part, (work) => execution.waitUntil(work)) ?? null;
  if (part === null) return wholeResponse(kept ?? object.body, object, cacheControl);
  const body = kept ?? (await readPart(bucket, object, part));
  return body === null ? notThere() : partResponse(body, object, part, cacheControl);
}

async function readPart(bucket: R2Bucket, object: R2ObjectBody, part: Part): Promise<ReadableStream | null> {
  await object.body.cancel();
  const { offset, length } = part;
  return (await bucket.get(object.key, { range: { offset, length } }))?.body ?? null;
}
