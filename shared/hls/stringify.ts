import { printAttributeList } from "./attribute-list.ts";
import type { Playlist, PlaylistLine, TagValue } from "./playlist.ts";

/** The text of a playlist; for a parsed, unchanged one, the parsed text itself. */
export function stringifyPlaylist(playlist: Playlist): string {
  return playlist.lines.map(printLine).join("");
}

function printLine(line: PlaylistLine): string {
  if (line.type === "tag") return `#${line.name}${printValue(line.value)}${line.ending}`;
  return line.text + line.ending;
}

function printValue(value: TagValue): string {
  switch (value.form) {
    case "none":
      return "";
    case "text":
      return `:${value.text}`;
    case "attribute-list":
      return `:${printAttributeList(value.attributes)}`;
    default:
      return value satisfies never;
  }
}
