import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convert } from "../../fixtures/media/convert.ts";
import { runFfmpeg } from "../../fixtures/media/generate-clip.ts";
import { keptShare } from "../../fixtures/media/kept-pictures.ts";
import { hasRealClip, realClip } from "../../fixtures/media/real-clips.ts";

/* Recordings whose pictures come in bursts, late, or at a rate that changes: nearly all of them are shown. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "variable-rates-"));
});
afterAll(() => rm(folder, { recursive: true }));

const LONG = process.env.LONG_TESTS === "1";
const KEPT_SHARE = 0.95;
/** The nearest picture is found where the encoder leaves enough of it. */
const GOOD_PICTURES = { crf: 18, preset: "ultrafast" } as const;

type Row = readonly [name: string, file: string, seconds: string, encoder: readonly string[]];

/** `seconds` says when picture number N is shown. */
const ROWS: readonly Row[] = [
  [
    "bursts of five in a quarter of a second, as a browser records: VP8 in WebM",
    "bursts.webm",
    "floor(N/5)*0.25+mod(N,5)*0.017",
    ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "4M"],
  ],
  [
    "pictures that come up to 18 ms late, as of a screen: H.264 in MP4",
    "late.mp4",
    "N*0.04+0.018*mod(N*7,11)/11",
    ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"],
  ],
  [
    "ten a second in the dark, thirty in the light, as of a web camera: Motion JPEG in Matroska",
    "camera.mkv",
    "if(lt(N,20),N/10,2+(N-20)/30)",
    ["-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p"],
  ],
];

async function expectKept(path: string): Promise<void> {
  const result = await convert(path, folder, { measured: false, encoding: GOOD_PICTURES });
  if (result.kind === "refused") throw new Error(result.reason);
  expect(await keptShare(path, result.segmentPaths[0] ?? [])).toBeGreaterThanOrEqual(KEPT_SHARE);
}

describe.runIf(LONG)("a variable frame rate keeps its pictures", () => {
  it.each(ROWS)("%s", async (_name, file, seconds, encoder) => {
    const path = join(folder, file);
    const picture = `testsrc2=size=320x180:rate=25:duration=2.4,settb=1/1000,setpts='(${seconds})/TB'`;
    const times = ["-fps_mode", "passthrough", "-enc_time_base", "1/1000"];
    await runFfmpeg(["-f", "lavfi", "-i", picture, ...times, ...encoder, path]);
    await expectKept(path);
  });

  const real = "faults/q1-tab-capture.webm";
  it.skipIf(!hasRealClip(real))("q1-tab-capture.webm", () => expectKept(realClip(real)));
});
