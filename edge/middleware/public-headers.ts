import type { MiddlewareHandler } from "hono";

/**
 * CORS and Cache-Control on every answer, errors included: without the first hls.js gives up, without the second a
 * cache in front may keep a 200 for hours. Credentials are never needed, so any origin may ask.
 */
export const publicHeaders: MiddlewareHandler = async (c, next) => {
  if (c.req.method === "OPTIONS" && c.req.raw.headers.has("access-control-request-method")) return preflight();
  await next();
  const headers = c.res.headers;
  headers.set("access-control-allow-origin", "*");
  headers.set("access-control-expose-headers", EXPOSED);
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "no-referrer");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  return undefined;
};

const EXPOSED =
  "Content-Length, Content-Range, ETag, Retry-After, Location, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, " +
  "Upload-Offset, Upload-Length, Upload-Defer-Length, Upload-Metadata, Upload-Expires";

function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
      "access-control-allow-headers":
        "Authorization, Content-Type, Range, If-None-Match, If-Range, Tus-Resumable, Upload-Length, Upload-Defer-Length, " +
        "Upload-Metadata, Upload-Offset, X-HTTP-Method-Override",
      "access-control-max-age": "86400",
      "cache-control": "no-store",
    },
  });
}
