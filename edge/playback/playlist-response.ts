import { acceptsGzip } from "../playlist-template/accepts-gzip.ts";
import type { PlaylistTemplate } from "../playlist-template/playlist-template.ts";

/**
 * A playlist holds a bearer token, so no cache may keep it and nothing varies. Created once and short: each header
 * costs a per cent of a playlist's time.
 */
const PLAIN = new Headers({
  "access-control-allow-origin": "*",
  "content-type": "application/vnd.apple.mpegurl",
  "cache-control": "private, no-store",
});
const GZIPPED = new Headers([...PLAIN, ["content-encoding", "gzip"]]);

/** A playlist with its token, gzipped if the viewer accepts it: the platform does not compress this media type. */
export function playlistResponse(template: PlaylistTemplate, token: string, request: Request): Response {
  if (!takesGzip(request)) return new Response(template.render(token), { headers: PLAIN });
  return new Response(template.renderGzip(token), { headers: GZIPPED, encodeBody: "manual" });
}

/**
 * Cloudflare adds gzip to Accept-Encoding and keeps the viewer's own value in `cf`, which has to be parsed: it is read
 * only if the header has gzip.
 */
function takesGzip(request: Request): boolean {
  if (!acceptsGzip(request.headers.get("accept-encoding"))) return false;
  const original = (request as Request<unknown, IncomingRequestCfProperties>).cf?.clientAcceptEncoding;
  return original === undefined || acceptsGzip(original);
}
