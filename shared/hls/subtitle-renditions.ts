import { type Attribute, quotedString } from "./attribute-list.ts";
import type { Playlist, PlaylistLine, TagLine } from "./playlist.ts";
import { assertPlaylistText, assertPlaylistUri } from "./playlist-value.ts";

/** A subtitle rendition as EXT-X-MEDIA names it. */
export type SubtitleRendition = {
  readonly name: string;
  /** BCP 47. */
  readonly language: string;
  readonly isDefault: boolean;
  readonly isForced: boolean;
  readonly characteristics: readonly string[];
  readonly uri: string;
};

const GROUP = "subs";

/**
 * The multivariant playlist with one group of subtitles, which every variant names. Throws TypeError for a media playlist,
 * for a value that cannot stand in a playlist, and where a variant names subtitles already.
 */
export function withSubtitles(playlist: Playlist, renditions: readonly SubtitleRendition[]): Playlist {
  if (playlist.kind !== "multivariant") throw new TypeError("only a multivariant playlist has renditions");
  if (renditions.length === 0) return playlist;
  const media = renditions.map((rendition, index) => mediaLine(rendition, isSelectable(renditions, index)));
  const lines = playlist.lines.map(withGroup);
  const first = lines.findIndex((line) => line.type === "tag" && line.name === "EXT-X-STREAM-INF");
  return { ...playlist, lines: [...lines.slice(0, first), ...media, ...lines.slice(first)] };
}

function withGroup(line: PlaylistLine): PlaylistLine {
  if (line.type !== "tag" || line.name !== "EXT-X-STREAM-INF" || line.value.form !== "attribute-list") return line;
  const { attributes } = line.value;
  if (attributes.some(({ name }) => name === "SUBTITLES")) throw new TypeError("a variant names subtitles already");
  const group: Attribute = { name: "SUBTITLES", value: quotedString(GROUP) };
  return { ...line, value: { form: "attribute-list", attributes: [...attributes, group] } };
}

/**
 * RFC 8216bis 4.4.6.1.1: members with AUTOSELECT=YES should differ in LANGUAGE, FORCED and CHARACTERISTICS, and a default
 * has AUTOSELECT=YES. So of equal ones the default counts, or else the first.
 */
function isSelectable(renditions: readonly SubtitleRendition[], index: number): boolean {
  const kindOf = ({ language, isForced, characteristics }: SubtitleRendition) =>
    JSON.stringify([language.toLowerCase(), isForced, characteristics.toSorted()]);
  const own = renditions[index]!;
  const alike = renditions.filter((other) => kindOf(other) === kindOf(own));
  return (alike.find(({ isDefault }) => isDefault) ?? alike[0]) === own;
}

function mediaLine(rendition: SubtitleRendition, isSelected: boolean): TagLine {
  const { name, language, isDefault, isForced, characteristics, uri } = rendition;
  assertPlaylistText(name, "the name of a rendition");
  assertPlaylistText(language, "the language of a rendition");
  assertPlaylistUri(uri, "the URI of a rendition");
  const list = characteristics.join(",");
  assertPlaylistText(list, "the characteristics of a rendition");
  const word = (given: boolean) => ({ type: "enumerated", raw: given ? "YES" : "NO" }) as const;
  const attributes: Attribute[] = [
    { name: "TYPE", value: { type: "enumerated", raw: "SUBTITLES" } },
    { name: "GROUP-ID", value: quotedString(GROUP) },
    { name: "NAME", value: quotedString(name) },
    // RFC 8216 4.3.4.1: without it, the language is unknown.
    ...(language === "und" ? [] : [{ name: "LANGUAGE", value: quotedString(language) }]),
    { name: "DEFAULT", value: word(isDefault) },
    { name: "AUTOSELECT", value: word(isSelected || isDefault) },
    { name: "FORCED", value: word(isForced) },
    ...(list === "" ? [] : [{ name: "CHARACTERISTICS", value: quotedString(list) }]),
    { name: "URI", value: quotedString(uri) },
  ];
  return { type: "tag", name: "EXT-X-MEDIA", value: { form: "attribute-list", attributes }, ending: "\n" };
}
