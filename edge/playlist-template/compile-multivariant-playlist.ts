import { TOKEN_PLACEHOLDER } from "../../shared/domain/part/content-key.ts";
import { filterMultivariantPlaylist } from "../../shared/hls/multivariant-filter.ts";
import { parsePlaylist } from "../../shared/hls/parse.ts";
import { appendQuery, isRelativePath, qualityOfVariantUri } from "../../shared/hls/playlist-uri.ts";
import { rewriteUris } from "../../shared/hls/rewrite-uris.ts";
import { stringifyPlaylist } from "../../shared/hls/stringify.ts";
import { type SubtitleRendition, withSubtitles } from "../../shared/hls/subtitle-renditions.ts";
import { compileTemplate, type PlaylistTemplate } from "./playlist-template.ts";

export type MultivariantSelection = {
  readonly allowed: ReadonlySet<string>;
  /** The URI of a quality's media playlist, for a route with other names than the stored ones; already encoded. */
  readonly uriOf?: (quality: string) => string;
  /** What the stored playlist does not have, with its URIs as they are served. */
  readonly subtitles?: readonly SubtitleRendition[];
};

export type CompiledMultivariant =
  | { readonly kind: "compiled"; readonly template: PlaylistTemplate }
  /** No variant of the playlist is allowed. */
  | { readonly kind: "empty" };

/**
 * Prepares a stored multivariant playlist for one set of allowed qualities. Every relative URI carries the token,
 * because players do not inherit a query (RFC 3986 5.2.2); a URI of another host never gets one. Throws if the text is
 * no multivariant playlist or names an undefined rendition group.
 */
export function compileMultivariantPlaylist(
  storedText: string,
  { allowed, uriOf, subtitles = [] }: MultivariantSelection,
): CompiledMultivariant {
  const parsed = parsePlaylist(storedText);
  if (parsed.kind === "broken") throw new Error(`stored multivariant playlist: ${parsed.fault} in line ${parsed.line}`);
  if (parsed.playlist.kind !== "multivariant") throw new Error("stored multivariant playlist: it is a media playlist");
  const filtered = filterMultivariantPlaylist(parsed.playlist, { allowed, qualityOf: qualityOfVariantUri });
  switch (filtered.kind) {
    case "empty":
      return filtered;
    case "missing-group":
      throw new Error(`stored multivariant playlist: it has no ${filtered.type} group "${filtered.groupId}"`);
    case "filtered": {
      const served = rewriteUris(filtered.playlist, (uri) =>
        isRelativePath(uri) ? appendQuery(uriOf ? renamed(uri, uriOf) : uri, "token", TOKEN_PLACEHOLDER) : uri,
      );
      const text = stringifyPlaylist(withSubtitles(served, subtitles));
      return { kind: "compiled", template: compileTemplate(text, TOKEN_PLACEHOLDER) };
    }
    default:
      return filtered satisfies never;
  }
}

/** Relative to another route, a URI that names no quality would lead nowhere. */
function renamed(uri: string, uriOf: (quality: string) => string): string {
  const quality = qualityOfVariantUri(uri);
  if (quality === null) throw new Error("stored multivariant playlist: a relative URI names no quality");
  const name = uriOf(quality);
  if (name.includes(TOKEN_PLACEHOLDER)) throw new TypeError("the URI of a variant holds the token's placeholder");
  return name;
}
