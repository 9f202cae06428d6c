import { TOKEN_PLACEHOLDER } from "../../shared/domain/part/content-key.ts";
import { parsePlaylist } from "../../shared/hls/parse.ts";
import { isRelativePath } from "../../shared/hls/playlist-uri.ts";
import { rewriteUris } from "../../shared/hls/rewrite-uris.ts";
import { stringifyPlaylist } from "../../shared/hls/stringify.ts";
import { compileTemplate, type PlaylistTemplate } from "./playlist-template.ts";

/**
 * Prepares the stored playlist of one quality: puts `segmentBaseUrl` (absolute or a path, encoded, with a slash at its
 * end) before segment names and turns the placeholder in the key URI into a hole for the token. Throws if the text is
 * no media playlist: ladderlock wrote it, so that is a defect.
 */
export function compileMediaPlaylist(storedText: string, segmentBaseUrl: string): PlaylistTemplate {
  // Segments are public and immutable: no token may enter their names, and no name may look like a hole.
  if (segmentBaseUrl.includes(TOKEN_PLACEHOLDER)) throw new TypeError("a segment URL holds the token's placeholder");
  if (!segmentBaseUrl.endsWith("/")) throw new TypeError("the base of segment URLs must end with a slash");
  const parsed = parsePlaylist(storedText);
  if (parsed.kind === "broken") throw new Error(`stored media playlist: ${parsed.fault} in line ${parsed.line}`);
  if (parsed.playlist.kind !== "media") throw new Error("stored media playlist: it is a multivariant one");
  const served = rewriteUris(parsed.playlist, (uri, place) =>
    place !== "EXT-X-KEY" && isRelativePath(uri) ? segmentBaseUrl + uri : uri,
  );
  return compileTemplate(stringifyPlaylist(served), TOKEN_PLACEHOLDER);
}
