import { type AttributeListFault, parseAttributeList } from "./attribute-list.ts";
import type { LineEnding, Playlist, PlaylistLine, TagValue } from "./playlist.ts";
import { checkStructure, type StructureFault } from "./structure.ts";
import { knownTag } from "./tags.ts";

export type ParseFault = "byte-order-mark" | "not-extm3u" | "control-character" | AttributeListFault | StructureFault;

/** `line` counts from 1. A fault never quotes the text: it may hold a token. */
export type ParseResult =
  | { readonly kind: "parsed"; readonly playlist: Playlist }
  | { readonly kind: "broken"; readonly line: number; readonly fault: ParseFault };

/**
 * Reads a multivariant or a media playlist without losing a byte: `stringify` of the result is `text`. What RFC 8216
 * allows clients to ignore (unknown tags, comments, blank lines) is kept; what makes a playlist ambiguous is refused.
 */
export function parsePlaylist(text: string): ParseResult {
  // RFC 8216 4.1: no byte order mark.
  if (text.startsWith("\uFEFF")) return { kind: "broken", line: 1, fault: "byte-order-mark" };
  const lines: PlaylistLine[] = [];
  for (const source of splitLines(text)) {
    const line = parseLine(source);
    if (typeof line === "string") return { kind: "broken", line: lines.length + 1, fault: line };
    // RFC 8216 4.3.1.1: EXTM3U is the first line.
    if (lines.length === 0 && !isExtM3u(line)) return { kind: "broken", line: 1, fault: "not-extm3u" };
    lines.push(line);
  }
  if (lines.length === 0) return { kind: "broken", line: 1, fault: "not-extm3u" };
  const structure = checkStructure(lines);
  if (structure.kind === "broken") return structure;
  return { kind: "parsed", playlist: { kind: structure.playlistKind, lines } };
}

type SourceLine = { readonly text: string; readonly ending: LineEnding };

/** RFC 8216 4.1: a line ends with LF or CRLF. What follows the last ending is a line only if there is something. */
function* splitLines(text: string): Generator<SourceLine> {
  let start = 0;
  while (start < text.length) {
    const feed = text.indexOf("\n", start);
    if (feed < 0) {
      yield { text: text.slice(start), ending: "" };
      return;
    }
    const crlf = feed > start && text[feed - 1] === "\r";
    yield { text: text.slice(start, crlf ? feed - 1 : feed), ending: crlf ? "\r\n" : "\n" };
    start = feed + 1;
  }
}

function parseLine({ text, ending }: SourceLine): PlaylistLine | ParseFault {
  // RFC 8216 4.1: no control characters. A lone CR above all: some players end a line there, so a URI could hide.
  if (/\p{Cc}/u.test(text)) return "control-character";
  if (/^ *$/.test(text)) return { type: "blank", text, ending };
  if (!text.startsWith("#")) return { type: "uri", text, ending };
  // RFC 8216 4.1: what begins with #EXT is a tag, every other # line a comment.
  if (!text.startsWith("#EXT")) return { type: "comment", text, ending };
  const colon = text.indexOf(":");
  const name = colon < 0 ? text.slice(1) : text.slice(1, colon);
  const value = parseTagValue(name, colon < 0 ? null : text.slice(colon + 1));
  return typeof value === "string" ? value : { type: "tag", name, value, ending };
}

function parseTagValue(name: string, text: string | null): TagValue | AttributeListFault {
  if (knownTag(name)?.form !== "attribute-list") return text === null ? { form: "none" } : { form: "text", text };
  const list = parseAttributeList(text ?? "");
  return list.kind === "broken" ? list.fault : { form: "attribute-list", attributes: list.attributes };
}

function isExtM3u(line: PlaylistLine): boolean {
  return line.type === "tag" && line.name === "EXTM3U" && line.value.form === "none";
}
