import { MOST_TEXT_BYTES, type Refused, refusedAt } from "./text-track.ts";

export type DecodedText = { readonly kind: "text"; readonly text: string } | Refused;

/** What a client may declare, by the names of the Encoding Standard. */
const CHARSETS: Readonly<Record<string, string>> = {
  "utf-8": "utf-8",
  utf8: "utf-8",
  "us-ascii": "utf-8",
  "iso-8859-1": "windows-1252",
  "iso8859-1": "windows-1252",
  latin1: "windows-1252",
  "windows-1252": "windows-1252",
  cp1252: "windows-1252",
};

/** Windows-1252, 0x80 to 0x9F: the Workers runtime decodes only UTF-8 and UTF-16. */
const WINDOWS_1252 =
  "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f" +
  "\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178";

/**
 * The text of a subtitle file. Without a byte order mark and a declared charset it is UTF-8, or refused: a wrong guess
 * would show wrong letters.
 */
export function decodeText(bytes: Uint8Array, charset: string | null): DecodedText {
  if (bytes.byteLength > MOST_TEXT_BYTES) {
    return refusedAt(0, `a subtitle file has at most ${MOST_TEXT_BYTES / 2 ** 20} MiB`);
  }
  const marked = markedEncoding(bytes);
  const declared = charset === null ? "utf-8" : CHARSETS[charset.toLowerCase()];
  if (declared === undefined) return refusedAt(0, "its charset is not utf-8, iso-8859-1 or windows-1252");
  const encoding = marked ?? declared;
  if (encoding === "windows-1252") return checked(windows1252(bytes));
  try {
    // The decoder takes the byte order mark away.
    return checked(new TextDecoder(encoding, { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    return refusedAt(0, "it is not UTF-8; convert it, or declare charset=iso-8859-1 or windows-1252");
  }
}

function markedEncoding(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return null;
}

function windows1252(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += 4096) {
    const codes = [...bytes.subarray(start, start + 4096)];
    pieces.push(codes.map((code) => letter(code)).join(""));
  }
  return pieces.join("");
}

function letter(code: number): string {
  return code >= 0x80 && code <= 0x9f ? WINDOWS_1252.charAt(code - 0x80) : String.fromCharCode(code);
}

/** U+0000 is a sign of another encoding, and databases and players treat it differently. */
function checked(text: string): DecodedText {
  const nul = text.indexOf("\0");
  if (nul < 0) return { kind: "text", text };
  return refusedAt(text.slice(0, nul).split(/\r\n|\r|\n/).length, "it holds the character U+0000");
}
