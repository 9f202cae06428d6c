import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convert } from "../../fixtures/media/convert.ts";
import { runFfmpeg } from "../../fixtures/media/generate-clip.ts";
import { measureCombing } from "../../fixtures/media/measure-combing.ts";
import { hasRealClip, realClip } from "../../fixtures/media/real-clips.ts";

/* A bar that moves sideways by many pixels from one field to the next. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "interlacing-"));
});
afterAll(() => rm(folder, { recursive: true }));

const BAR =
  "color=gray:size=320x180:rate=50[back];color=white:size=40x140:rate=50[bar];[back][bar]overlay=x='mod(n*12,280)':y=20";
const fields = (first: "top" | "bottom") => [
  ...["-f", "lavfi", "-t", "1", "-i", BAR],
  ...["-vf", `tinterlace=interleave_${first},setfield=${first === "top" ? "tff" : "bff"},format=yuv420p`],
];
const FIELDS_IN_CODEC = ["-flags", "+ildct+ilme"];

const ROWS = [
  [
    "MPEG-4 in AVI, which does not say so",
    "m4.avi",
    [...fields("top"), "-c:v", "mpeg4", "-q:v", "3", ...FIELDS_IN_CODEC],
  ],
  [
    "Huffyuv in QuickTime, of which only the container knows",
    "huffyuv.mov",
    [...fields("top"), "-c:v", "huffyuv", "-field_order", "tt"],
  ],
] as const;
const LONG_ROWS = [
  ["MPEG-4 in MP4", "m4.mp4", [...fields("bottom"), "-c:v", "mpeg4", "-q:v", "3", ...FIELDS_IN_CODEC]],
  [
    "Motion JPEG of a capture card",
    "mj.mov",
    [...fields("bottom"), "-c:v", "mjpeg", "-q:v", "3", "-field_order", "bb"],
  ],
  ["MPEG-2 in a program stream", "m2.mpg", [...fields("top"), "-c:v", "mpeg2video", "-q:v", "3", ...FIELDS_IN_CODEC]],
  ["H.264 in a transport stream", "h264.ts", [...fields("top"), "-c:v", "libx264", "-x264opts", "tff=1"]],
] as const;
const long = process.env.LONG_TESTS === "1";

/** Of the only rung, which has the size of the source. */
async function combingOf(path: string): Promise<number> {
  const result = await convert(path, folder, { measured: false });
  if (result.kind === "refused") throw new Error(result.reason);
  return await measureCombing(result.segmentPaths[0]?.[0] ?? "", 320, 180);
}

describe("an interlaced picture is deinterlaced", () => {
  it.each(long ? [...ROWS, ...LONG_ROWS] : ROWS)("%s", async (_, file, args) => {
    const path = join(folder, file);
    await runFfmpeg([...args, path]);
    expect(await measureCombing(path, 320, 180)).toBeGreaterThan(1.2);
    expect(await combingOf(path)).toBeLessThan(0.9);
  });

  const real = "faults/c5-xvid-interlaced.avi";
  it.skipIf(!long || !hasRealClip(real))("c5-xvid-interlaced.avi", async () => {
    const result = await convert(realClip(real), folder, { measured: false });
    if (result.kind === "refused") throw new Error(result.reason);
    const combed = await measureCombing(realClip(real), 720, 576, 20);
    const { width, height } =
      result.plan.kind === "video" ? (result.plan.rungs[0] ?? { width: 0, height: 0 }) : { width: 0, height: 0 };
    expect(await measureCombing(result.segmentPaths[0]?.[0] ?? "", width, height, 20)).toBeLessThan(combed * 0.75);
  });
});
