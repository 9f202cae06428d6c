import { describe, expect, it } from "vitest";
import { parseRenditionName, textRenditionName } from "../quality/rendition-name.ts";
import { type Caption, canonicalLanguage, MOST_CAPTIONS, mergedCaptions } from "./caption.ts";

let made = 0;
const caption = (more: Partial<Caption> = {}): Caption => ({
  captionId: `caption-${++made}`,
  textId: "Zk3v_0aB-cDeFgHiJkLmNw",
  objectKey: "captions/p/Zk3v_0aB-cDeFgHiJkLmNw/text.vtt",
  origin: "UPLOADED",
  language: "en",
  name: "English",
  isDefault: false,
  isForced: false,
  characteristics: [],
  cues: 1,
  bytes: 1,
  createdAt: 1,
  textChangedAt: 1,
  ...more,
});

describe("canonicalLanguage", () => {
  it.each([
    ["EN", "en"],
    ["eng", "en"],
    ["deu", "de"],
    ["pt-br", "pt-BR"],
    ["zh-hant-tw", "zh-Hant-TW"],
    ["und", "und"],
    ["e", null],
    ["", null],
    ["en_US", null],
    ["not a language", null],
    [`en-${"abcdefgh-".repeat(4)}x`, null],
  ])("makes %j into %j", (text, expected) => {
    expect(canonicalLanguage(text)).toBe(expected);
  });
});

describe("captions of an editor and of a source", () => {
  it("keep one default and unique names", () => {
    const own = [caption({ isDefault: true })];
    const found = [caption({ isDefault: true }), caption({ name: "English 2" }), caption({ name: "English" })];
    const merged = mergedCaptions(own, found);
    expect(merged.map(({ name }) => name)).toEqual(["English", "English 2", "English 2 2", "English 3"]);
    expect(merged.map(({ isDefault }) => isDefault)).toEqual([true, false, false, false]);
  });

  it("take the first default of a source where the editor has none, and no more captions than a part may have", () => {
    const found = Array.from({ length: MOST_CAPTIONS }, (_, n) => caption({ name: String(n), isDefault: n > 2 }));
    const merged = mergedCaptions([caption()], found);
    expect(merged).toHaveLength(MOST_CAPTIONS);
    expect(merged.flatMap(({ isDefault }, n) => (isDefault ? [n] : []))).toEqual([4]);
  });
});

describe("the name of a rendition", () => {
  it("is a quality or a text, and nothing else", () => {
    const name = textRenditionName("Zk3v_0aB-cDeFgHiJkLmNw");
    expect([parseRenditionName("480p"), parseRenditionName(name)]).toEqual(["480p", name]);
    for (const wrong of ["text-", "text-short", "4k", `${name}/`, ""]) expect(parseRenditionName(wrong)).toBeNull();
  });
});
