import type { AbrVariant } from "../../../shared/domain/quality/rendition.ts";
import { writeMultivariantPlaylist } from "../../../shared/hls/multivariant-playlist.ts";
import { parsePlaylist } from "../../../shared/hls/parse.ts";
import { isRelativePath } from "../../../shared/hls/playlist-uri.ts";
import { rewriteUris } from "../../../shared/hls/rewrite-uris.ts";
import { stringifyPlaylist } from "../../../shared/hls/stringify.ts";
import { proxyVariantUri } from "../../playback/stored-playlists.ts";

/** The multivariant playlist of clear renditions, written from what was measured: none is stored. */
export function clearMultivariantPlaylist(
  variants: readonly AbrVariant[],
  { jobName, token }: { readonly jobName: string; readonly token: string },
): string {
  const uriOf = (quality: string) => `${proxyVariantUri(jobName, quality)}?token=${token}`;
  return writeMultivariantPlaylist({ variants: variants.map((one) => ({ ...one, uri: uriOf(one.quality) })) });
}

/** The stored media playlist with a signature in the URI of each segment, which stays relative. */
export async function clearMediaPlaylist(
  storedText: string,
  signedQuery: (segment: string) => Promise<string>,
): Promise<string> {
  const parsed = parsePlaylist(storedText);
  if (parsed.kind === "broken" || parsed.playlist.kind !== "media")
    throw new Error("a stored clear playlist is broken");
  const names = new Set<string>();
  rewriteUris(parsed.playlist, (uri) => {
    if (!isRelativePath(uri)) throw new Error("a stored clear playlist names an object elsewhere");
    names.add(uri);
    return uri;
  });
  const queries = new Map(await Promise.all([...names].map(async (name) => [name, await signedQuery(name)] as const)));
  return stringifyPlaylist(rewriteUris(parsed.playlist, (uri) => `${uri}?${queries.get(uri)}`));
}
