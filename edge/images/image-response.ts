import type { StoredImage } from "../../shared/domain/part/shown-images.ts";
import { problem } from "../http/problems.ts";
import { matchesEntityTag } from "../playback/byte-range.ts";
import { acceptsGzip } from "../playlist-template/accepts-gzip.ts";
import type { FoundImage } from "./find-image.ts";
import { IMAGE_TYPES } from "./image-types.ts";
import { type SpriteUrl, storyboardJson, storyboardVtt } from "./storyboard-texts.ts";

/**
 * For browsers and shared caches. A part may stop being public, so nothing keeps an image for long; the same image is
 * then confirmed by its entity tag without its bytes.
 */
export const PUBLIC_IMAGE = "public, max-age=60";
export const PRIVATE_IMAGE = "private, max-age=60";
/** Its addresses hold a token. */
export const TOKEN_TEXT = "private, no-store";

/** An id and a name stand for the same bytes for good, so they are the entity tag and R2 is not asked for a repetition. */
export async function storedImageResponse(
  source: R2Bucket,
  image: StoredImage,
  request: Request,
  cacheControl: string,
): Promise<Response> {
  const headers = new Headers({
    "content-type": IMAGE_TYPES[image.format],
    "cache-control": cacheControl,
    etag: `"${image.id}-${image.name}"`,
  });
  if (matchesEntityTag(request.headers.get("if-none-match"), headers.get("etag")!)) {
    return new Response(null, { status: 304, headers });
  }
  const isHead = request.method === "HEAD";
  const object = isHead ? await source.head(image.objectKey) : await source.get(image.objectKey);
  if (object === null) return problem("not-found");
  headers.set("content-length", String(object.size));
  return new Response("body" in object ? (object as R2ObjectBody).body : null, { headers });
}

/** A long film has a thousand addresses that differ in a number: gzip makes a fiftieth of it. */
export function storyboardResponse(
  { kind, board, durationSeconds }: Exclude<FoundImage, { kind: "stored" }>,
  request: Request,
  urlOf: SpriteUrl,
  cacheControl: string,
): Response {
  const text = (kind === "vtt" ? storyboardVtt : storyboardJson)(board, durationSeconds, urlOf);
  const headers = new Headers({
    "content-type": kind === "vtt" ? "text/vtt; charset=utf-8" : "application/json",
    "cache-control": cacheControl,
    vary: "accept-encoding",
  });
  if (request.method === "HEAD") return new Response(null, { headers });
  if (!acceptsGzip(request.headers.get("accept-encoding"))) return new Response(text, { headers });
  headers.set("content-encoding", "gzip");
  const gzipped = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(gzipped, { headers, encodeBody: "manual" });
}
