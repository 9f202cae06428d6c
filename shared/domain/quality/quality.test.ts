import { describe, expect, it } from "vitest";
import { isAudioQuality, isQuality, nominalRung, QUALITIES, variantAlias } from "./quality.ts";

describe("a quality", () => {
  it("has an alias for encoder URLs and a nominal number", () => {
    const described = QUALITIES.map((quality) => [
      quality,
      variantAlias(quality),
      nominalRung(quality),
      isAudioQuality(quality),
    ]);
    expect(described).toEqual([
      ["1080p", "v0", 1080, false],
      ["720p", "v1", 720, false],
      ["480p", "v2", 480, false],
      ["360p", "v3", 360, false],
      ["192k", "a0", 192, true],
      ["128k", "a1", 128, true],
      ["96k", "a2", 96, true],
    ]);
  });

  it.each(["", "1080", "1080P", " 720p", "240p", "v0", "toString", "__proto__"])("is not %j", (name) => {
    expect(isQuality(name)).toBe(false);
  });
});
