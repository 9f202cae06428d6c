import { acceptsGzip } from "../playlist-template/accepts-gzip.ts";
import type { PlaylistTemplate } from "../playlist-template/playlist-template.ts";

/**
 * A playlist with its token, gzipped where the viewer takes it: the platform does not compress this media type. It
 * holds a bearer token, so no cache may keep it.
 */
export function playlistResponse(template: PlaylistTemplate, token: string, request: Request): Response {
  const headers = {
    "content-type": "application/vnd.apple.mpegurl",
    "cache-control": "private, no-store",
    vary: "accept-encoding",
  };
  if (!acceptsGzip(clientAcceptEncoding(request))) return new Response(template.render(token), { headers });
  const gzipped = { ...headers, "content-encoding": "gzip" };
  return new Response(template.renderGzip(token), { headers: gzipped, encodeBody: "manual" });
}

/** Cloudflare rewrites Accept-Encoding on its way in and keeps the viewer's own in `cf`. */
function clientAcceptEncoding(request: Request): string | null {
  const original = (request as Request<unknown, IncomingRequestCfProperties>).cf?.clientAcceptEncoding;
  return original ?? request.headers.get("accept-encoding");
}
