import { describe, expect, it } from "vitest";
import { decodeText } from "./decode-text.ts";
import { MOST_TEXT_BYTES } from "./text-track.ts";

const bytes = (...codes: number[]) => Uint8Array.from(codes);

describe("decodeText", () => {
  it("reads UTF-8 with and without a byte order mark, and UTF-16 with one", () => {
    expect(decodeText(new TextEncoder().encode("Grüße"), null)).toEqual({ kind: "text", text: "Grüße" });
    expect(decodeText(bytes(0xef, 0xbb, 0xbf, 0x61), "iso-8859-1")).toEqual({ kind: "text", text: "a" });
    expect(decodeText(bytes(0xff, 0xfe, 0xfc, 0x00), null)).toEqual({ kind: "text", text: "ü" });
    expect(decodeText(bytes(0xfe, 0xff, 0x00, 0xfc), null)).toEqual({ kind: "text", text: "ü" });
  });

  it("reads Latin-1 where it is declared, and refuses it elsewhere", () => {
    const latin = bytes(0x47, 0x72, 0xfc, 0xdf, 0x65, 0x80, 0x85);
    expect(decodeText(latin, "ISO-8859-1")).toEqual({ kind: "text", text: "Grüße€…" });
    expect(decodeText(latin, null)).toMatchObject({ kind: "refused", reason: expect.stringContaining("not UTF-8") });
    expect(decodeText(latin, "koi8-r")).toMatchObject({ kind: "refused", reason: expect.stringContaining("charset") });
  });

  it("decodes every byte of windows-1252 as the Encoding Standard says", () => {
    const all = Uint8Array.from({ length: 255 }, (_, index) => index + 1);
    expect(decodeText(all, "windows-1252")).toEqual({
      kind: "text",
      text: new TextDecoder("windows-1252").decode(all),
    });
  });

  it("refuses U+0000 with its line, and files that are too large", () => {
    expect(decodeText(bytes(0x61, 0x0a, 0x00), null)).toMatchObject({ kind: "refused", line: 2 });
    expect(decodeText(new Uint8Array(MOST_TEXT_BYTES + 1), null)).toMatchObject({ kind: "refused", line: 0 });
  });
});
