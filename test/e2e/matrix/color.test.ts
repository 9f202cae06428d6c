import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ColorTags,
  generatePatches,
  PATCHES,
  readFlatBlocks,
  readPatches,
} from "../../fixtures/media/color-patches.ts";
import { type Rgb, toBt709 } from "../../fixtures/media/color-science.ts";
import { convert } from "../../fixtures/media/convert.ts";
import { hasRealClip, realClip } from "../../fixtures/media/real-clips.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "color-"));
});
afterAll(() => rm(folder, { recursive: true }));

const BT2020 = { space: "bt2020nc", primaries: "bt2020", transfer: "bt2020-10" };
const P3 = { space: "bt709", primaries: "smpte432", transfer: "bt709" };
const SMPTE170M = { space: "smpte170m", primaries: "smpte170m", transfer: "smpte170m" };
const BT709 = { space: "bt709", primaries: "bt709", transfer: "bt709" };

type Row = readonly [name: string, file: string, tags: ColorTags, encoder: readonly string[]];

const X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "1", "-pix_fmt", "yuv420p"];
const ROWS: readonly Row[] = [
  ["BT.2020 in 10 bits", "bt2020.mkv", BT2020, ["-c:v", "ffv1", "-pix_fmt", "yuv420p10le"]],
];
const LONG_ROWS: readonly Row[] = [
  ["BT.2020 in 8 bits", "bt2020.webm", BT2020, ["-c:v", "libvpx-vp9", "-lossless", "1", "-cpu-used", "8"]],
  ["Display P3 of a telephone", "p3.mov", P3, X264],
  ["Display P3 with the curve of sRGB", "p3.mp4", { ...P3, transfer: "iec61966-2-1" }, X264],
  ["SMPTE 170M", "170m.mp4", SMPTE170M, X264],
  ["EBU primaries", "ebu.mkv", { ...SMPTE170M, space: "bt470bg", primaries: "bt470bg" }, X264],
  ["EBU primaries under the matrix of HD", "ebu-hd.ts", { ...BT709, primaries: "bt470bg" }, X264],
];
const rows = process.env.LONG_TESTS === "1" ? [...ROWS, ...LONG_ROWS] : ROWS;

const MOST_CODES_OFF = 4;

/** The largest difference of any patch in any channel, in codes of 8 bits, and where it is. */
function worst(found: readonly Rgb[], expected: readonly Rgb[]) {
  const differences = found.map((rgb, i) =>
    Math.max(...rgb.map((v, c) => 255 * Math.abs(v - (expected[i]?.[c] ?? 0)))),
  );
  const codes = Math.max(...differences);
  return { codes, patch: PATCHES[differences.indexOf(codes)] };
}

describe("a picture in other colours looks the same in bt709", () => {
  it.each(rows)("%s", async (_name, file, tags, encoder) => {
    const path = join(folder, file);
    await generatePatches(path, tags, encoder);
    const result = await convert(path, folder, { measured: false });
    if (result.kind === "refused") throw new Error(result.reason);
    const transfer = tags.transfer === "iec61966-2-1" ? tags.transfer : "bt709";
    const found = await readPatches(result.segmentPaths[0]?.[0] ?? "");
    expect(found.tags).toEqual({ ...BT709, transfer });
    const expected = PATCHES.map((patch) => toBt709(patch, tags.primaries, transfer));
    const { codes, patch } = worst(found.patches, expected);
    expect(codes, `patch ${patch}`).toBeLessThanOrEqual(MOST_CODES_OFF);
  });
});

describe("a real file in other colours", () => {
  const long = process.env.LONG_TESTS === "1";
  const fault = (name: string) => realClip(`faults/${name}`);
  const has = (name: string) => long && hasRealClip(`faults/${name}`);

  it.skipIf(!has("c6-bt2020-sdr.mp4"))("looks the same in bt709: c6-bt2020-sdr.mp4", async () => {
    const result = await convert(fault("c6-bt2020-sdr.mp4"), folder, { measured: false });
    if (result.kind === "refused") throw new Error(result.reason);
    const shape = { width: 1280, height: 720, space: "bt2020nc" };
    const source = await readFlatBlocks(fault("c6-bt2020-sdr.mp4"), shape);
    const output = await readFlatBlocks(result.segmentPaths[0]?.[0] ?? "", { ...shape, space: "bt709" });
    const both = [...source].filter(([place]) => output.has(place));
    expect(both.length).toBeGreaterThan(500);
    for (const [place, color] of both) {
      const expected = toBt709(color, "bt2020", "bt709");
      const codes = expected.map((v, c) => 255 * Math.abs(v - (output.get(place)?.[c] ?? 0)));
      expect(Math.max(...codes), `at ${place}`).toBeLessThanOrEqual(MOST_CODES_OFF);
    }
  });

  it.skipIf(!has("c7-dolby-vision-5.mp4"))(
    "is refused where it is Dolby Vision alone: c7-dolby-vision-5.mp4",
    async () => {
      expect(await convert(fault("c7-dolby-vision-5.mp4"), folder)).toMatchObject({
        reason:
          "The video is Dolby Vision profile 5, which cannot be converted. Export it in HDR10, HLG or SDR, and upload that.",
      });
    },
  );

  it.skipIf(!has("c27-scope-untagged.mkv"))("is bt709 where it is wide: c27-scope-untagged.mkv", async () => {
    const result = await convert(fault("c27-scope-untagged.mkv"), folder, { measured: false });
    if (result.kind === "refused") throw new Error(result.reason);
    expect((await readPatches(result.segmentPaths[0]?.[0] ?? "")).tags).toEqual(BT709);
  });
});
