import type { MiddlewareHandler } from "hono";

const EXPOSED =
  "Content-Length, Content-Range, ETag, Retry-After, Location, Idempotency-Replayed, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, " +
  "Upload-Offset, Upload-Length, Upload-Defer-Length, Upload-Metadata, Upload-Expires";

/**
 * On every response, errors included: without CORS hls.js gives up. No route uses browser credentials, so any origin
 * may read.
 */
export const PUBLIC_HEADERS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": EXPOSED,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/**
 * Adds the headers, and a Cache-Control if there is none: a cache in front could otherwise keep a 200 for hours.
 * Playlists are created with them, because adding headers one by one takes much of a playlist's time.
 */
export const publicHeaders: MiddlewareHandler = async (c, next) => {
  if (isPreflight(c.req.raw)) return preflight(c.req.raw);
  await next();
  withPublicHeaders(c.res);
  return undefined;
};

/** Changes the given response and returns it. */
export function withPublicHeaders(response: Response): Response {
  const { headers } = response;
  if (!headers.has("access-control-allow-origin")) {
    for (const [name, value] of Object.entries(PUBLIC_HEADERS)) headers.set(name, value);
  }
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  return response;
}

/** Whether the request is a CORS preflight (Fetch 4.8, CORS-preflight fetch). */
export function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers.has("access-control-request-method");
}

/**
 * Allows the requested headers. No route accepts credentials that a browser adds by itself across origins, so a page
 * may send any header. Players send CMCD and monitoring sends `traceparent`; a fixed list would block them.
 */
export function preflight(request: Request): Response {
  const allowed = allowedHeaders(request.headers.get("access-control-request-headers"));
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
      ...(allowed === "" ? {} : { "access-control-allow-headers": allowed }),
      "access-control-max-age": "86400",
      vary: "Access-Control-Request-Headers",
      "cache-control": "no-store",
    },
  });
}

/** RFC 9110 5.6.2: a header's name is a token. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const MOST_HEADERS = 100;

/** Leaves out invalid names and names beyond the bound: the browser then blocks the request that needs them. */
function allowedHeaders(asked: string | null): string {
  const names = (asked ?? "").split(",", MOST_HEADERS).map((name) => name.trim());
  return names.filter((name) => HEADER_NAME.test(name)).join(", ");
}
