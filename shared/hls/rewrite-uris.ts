import { type Attribute, quotedAttribute, quotedString } from "./attribute-list.ts";
import type { Playlist, PlaylistLine, TagLine } from "./playlist.ts";
import { assertPlaylistUri } from "./playlist-value.ts";

/** Where a URI stands: on its own line, or in the URI attribute of the tag of this name. */
export type UriPlace = "line" | (string & {});

/**
 * Passes every URI of a playlist to `rewrite` and keeps everything else, to the byte. Attributes of unknown tags are
 * text. Throws TypeError if a new URI cannot stand in a playlist.
 */
export function rewriteUris(playlist: Playlist, rewrite: (uri: string, place: UriPlace) => string): Playlist {
  const checked = (uri: string, place: UriPlace) => {
    const rewritten = rewrite(uri, place);
    if (rewritten !== uri) assertPlaylistUri(rewritten, `the new URI of ${place}`);
    return rewritten;
  };
  return { ...playlist, lines: playlist.lines.map((line) => rewriteLine(line, checked)) };
}

function rewriteLine(line: PlaylistLine, rewrite: (uri: string, place: UriPlace) => string): PlaylistLine {
  if (line.type === "uri") return { ...line, text: rewrite(line.text, "line") };
  return line.type === "tag" ? rewriteAttribute(line, rewrite) : line;
}

function rewriteAttribute(line: TagLine, rewrite: (uri: string, place: UriPlace) => string): TagLine {
  if (line.value.form !== "attribute-list") return line;
  const uri = quotedAttribute(line.value.attributes, "URI");
  if (uri === null) return line;
  const value = quotedString(rewrite(uri, line.name));
  const replace = (attribute: Attribute) => (attribute.name === "URI" ? { name: "URI", value } : attribute);
  return { ...line, value: { form: "attribute-list", attributes: line.value.attributes.map(replace) } };
}
