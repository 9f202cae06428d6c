import type { MiddlewareHandler } from "hono";

const EXPOSED =
  "Content-Length, Content-Range, ETag, Retry-After, Location, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, " +
  "Upload-Offset, Upload-Length, Upload-Defer-Length, Upload-Metadata, Upload-Expires";

/** On every answer, errors included: without CORS hls.js gives up. Credentials are never needed, so any origin may ask. */
export const PUBLIC_HEADERS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": EXPOSED,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/**
 * Adds them, and a Cache-Control where there is none: without it a cache in front may keep a 200 for hours. A playlist
 * has them from the beginning, since adding headers one by one takes a good part of the time that a playlist takes.
 */
export const publicHeaders: MiddlewareHandler = async (c, next) => {
  if (c.req.method === "OPTIONS" && c.req.raw.headers.has("access-control-request-method")) return preflight();
  await next();
  withPublicHeaders(c.res);
  return undefined;
};

/** Changes the response that it is given and returns it. */
export function withPublicHeaders(response: Response): Response {
  const { headers } = response;
  if (!headers.has("access-control-allow-origin")) {
    for (const [name, value] of Object.entries(PUBLIC_HEADERS)) headers.set(name, value);
  }
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  return response;
}

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
