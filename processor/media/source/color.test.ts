import { describe, expect, it } from "vitest";
import { sourceVideo } from "../../../test/fixtures/media/source-facts.ts";
import { planColor, unknownColor } from "./color.ts";
import type { SourceVideo } from "./source-facts.ts";

type Tags = Partial<SourceVideo["color"]>;
const source = (tags: Tags, changes: Partial<SourceVideo> = {}) =>
  sourceVideo({ ...changes, color: { space: null, primaries: null, transfer: null, ...tags } });

const HD = { space: "bt709", primaries: "bt709", transfer: "bt709" };
const SD = { space: "smpte170m", primaries: "smpte170m", transfer: "smpte170m" };

describe("a picture that fits keeps its colours and its tags", () => {
  it.each([
    ["tagged as bt709", HD, {}, HD],
    ["untagged HD", {}, { width: 1280, height: 720 }, HD],
    ["an untagged wide film", {}, { width: 1280, height: 536 }, HD],
    ["an untagged portrait", {}, { width: 608, height: 1280 }, HD],
    ["untagged SD", {}, { width: 720, height: 576 }, SD],
    ["SD by its matrix", { space: "smpte170m" }, { width: 1920 }, SD],
    [
      "a screen recording with the curve of sRGB",
      { ...HD, transfer: "iec61966-2-1" },
      {},
      { ...HD, transfer: "iec61966-2-1" },
    ],
    ["a curve that goes by the formula of bt709", { ...HD, transfer: "bt2020-10" }, {}, HD],
  ] as const)("%s", (_, tags, changes, output) => {
    expect(planColor(source(tags, changes))).toEqual({ output, convertFrom: null });
  });
});

describe("other colours are converted to bt709", () => {
  const from = (tags: Tags, changes: Partial<SourceVideo> = {}) => planColor(source(tags, changes)).convertFrom;
  const BT2020 = { space: "bt2020nc", primaries: "bt2020", transfer: "bt709" };
  it.each([
    ["BT.2020", { space: "bt2020nc", primaries: "bt2020", transfer: "bt2020-10" }, BT2020],
    ["BT.2020 by its matrix alone", { space: "bt2020nc" }, BT2020],
    ["BT.2020 by its primaries alone", { primaries: "bt2020" }, BT2020],
    ["Display P3", { ...HD, primaries: "smpte432" }, { ...HD, primaries: "smpte432" }],
    ["Display P3 by its primaries alone", { primaries: "smpte432" }, { ...HD, primaries: "smpte432" }],
    ["SMPTE 170M", { ...SD }, SD],
    ["EBU primaries under the matrix of HD", { ...HD, primaries: "bt470bg" }, { ...HD, primaries: "bt470bg" }],
    ["YCgCo", { ...HD, space: "ycgco" }, { ...HD, space: "ycgco" }],
    ["linear light", { ...HD, transfer: "linear" }, { ...HD, transfer: "linear" }],
  ])("%s", (_, tags, expected) => {
    expect(from(tags)).toEqual(expected);
    expect(planColor(source(tags)).output).toEqual(HD);
  });

  it("keeps the curve that they have, where H.264 carries it", () => {
    const tags = { space: "bt709", primaries: "smpte432", transfer: "iec61966-2-1" };
    expect(planColor(source(tags))).toEqual({ output: { ...HD, transfer: "iec61966-2-1" }, convertFrom: tags });
  });

  it("converts RGB, which has no matrix", () => {
    const tags = { space: "gbr", primaries: "smpte432", transfer: "bt709" };
    expect(from(tags, { pixelFormat: "gbrp" })).toEqual({ ...HD, primaries: "smpte432" });
    expect(from({ space: "gbr" }, { pixelFormat: "gbrp", width: 320, height: 180 })).toBeNull();
  });
});

it("names the tag that is not known", () => {
  expect(unknownColor(source({ ...HD, space: "smpte2085" }))).toBe("smpte2085");
  expect(unknownColor(source({ space: "bt2020nc", primaries: "bt2020", transfer: "smpte2084" }))).toBeNull();
  expect(unknownColor(source({}))).toBeNull();
});
