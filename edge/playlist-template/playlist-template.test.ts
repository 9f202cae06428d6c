import { spawnSync } from "node:child_process";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { compileTemplate } from "./playlist-template.ts";

const HOLE = "__TOKEN__";
const tokenOf = (length: number) => "aZ0-_.~".repeat(Math.ceil(length / 7)).slice(0, length);
const gunzip = (gzip: Uint8Array) => gunzipSync(gzip).toString("utf8");

const LONG = "#EXTINF:6.006000,\n/segments/seg_00001.ts\n".repeat(2_000);
const TEXTS = {
  "one hole": `before ${HOLE} after`,
  "no hole": "nothing to fill",
  "only a hole": HOLE,
  "a hole at each end": `${HOLE} between ${HOLE}`,
  "holes side by side": `a${HOLE}${HOLE}${HOLE}b`,
  "text of several bytes a character": `雪の日 ${HOLE} première ${HOLE} 🎬`,
  "many holes": Array.from({ length: 40 }, (_, n) => `${n}p/index.m3u8?token=${HOLE}\n`).join(""),
  "text longer than deflate's window": `${LONG}${HOLE}\n${LONG}`,
  "something that only looks like a hole": `_${HOLE}_ __TOKEN_ TOKEN__`,
};

describe("a playlist template", () => {
  describe.each(Object.entries(TEXTS))("with %s", (_, text) => {
    const template = compileTemplate(text, HOLE);

    it.each([1, 7, 255, 256, 607, 1_024, 8_192])("has a token of %i characters in every hole", (length) => {
      const token = tokenOf(length);
      const expected = text.split(HOLE).join(token);
      expect(template.render(token)).toBe(expected);
      expect(gunzip(template.renderGzip(token))).toBe(expected);
    });
  });

  it("can be filled again and again, and each answer is its own", () => {
    const template = compileTemplate(TEXTS["many holes"], HOLE);
    const first = template.renderGzip("first");
    const second = template.renderGzip("second-and-longer");
    expect(gunzip(first)).toContain("39p/index.m3u8?token=first\n");
    expect(gunzip(second)).toContain("39p/index.m3u8?token=second-and-longer\n");
  });

  it("takes the longest stored block, and refuses one character more", () => {
    const template = compileTemplate(TEXTS["one hole"], HOLE);
    expect(gunzip(template.renderGzip(tokenOf(65_535)))).toBe(`before ${tokenOf(65_535)} after`);
    expect(() => template.renderGzip(tokenOf(65_536))).toThrow(RangeError);
  });

  it.each(["", "a b", "a\nb", "a\rb", 'a"b', "a&b", "a#b", "a%20b", "é", "a\n"])("refuses the token %j", (token) => {
    const template = compileTemplate(TEXTS["one hole"], HOLE);
    expect(() => template.render(token)).toThrow(TypeError);
    expect(() => template.renderGzip(token)).toThrow(TypeError);
  });

  it("is believed by gzip itself, which checks CRC and length", ({ skip }) => {
    const template = compileTemplate(TEXTS["text longer than deflate's window"], HOLE);
    const run = spawnSync("gzip", ["-dc"], { input: template.renderGzip(tokenOf(607)), maxBuffer: 1 << 24 });
    if (run.error) skip("gzip is not installed");
    expect(run.stderr.toString()).toBe("");
    expect(run.status).toBe(0);
    expect(run.stdout.toString()).toBe(template.render(tokenOf(607)));
  });
});
