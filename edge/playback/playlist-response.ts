import { acceptsGzip } from "../playlist-template/accepts-gzip.ts";
import type { PlaylistTemplate } from "../playlist-template/playlist-template.ts";

/**
 * A playlist holds a bearer token, so no cache may keep it, and there is nothing to vary. Made once and short: every
 * answer copies them, and each header costs a per cent of what a playlist takes.
 */
const PLAIN = new Headers({
  "access-control-allow-origin": "*",
  "content-type": "application/vnd.apple.mpegurl",
  "cache-control": "private, no-store",
});
const GZIPPED = new Headers([...PLAIN, ["content-encoding", "gzip"]]);

/** A playlist with its token, gzipped where the viewer takes it: the platform does not compress this media type. */
export function playlistResponse(template: PlaylistTemplate, token: string, request: Request): Response {
  if (!takesGzip(request)) return new Response(template.render(token), { headers: PLAIN });
  return new Response(template.renderGzip(token), { headers: GZIPPED, encodeBody: "manual" });
}

/**
 * Cloudflare adds gzip to Accept-Encoding on its way in and keeps the viewer's own in `cf`, which has to be parsed: so it
 * is read only where the header has gzip.
 */
function takesGzip(request: Request): boolean {
  if (!acceptsGzip(request.headers.get("accept-encoding"))) return false;
  const original = (request as Request<unknown, IncomingRequestCfProperties>).cf?.clientAcceptEncoding;
  return original === undefined || acceptsGzip(original);
}
