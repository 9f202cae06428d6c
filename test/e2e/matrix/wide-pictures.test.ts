import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_ENCODING } from "../../../processor/media/encode/ffmpeg-arguments.ts";
import { type Conversion, type ConvertOptions, convert } from "../../fixtures/media/convert.ts";
import { runFfmpeg } from "../../fixtures/media/generate-clip.ts";

/* Pictures wider than film. LONG_TESTS=1 takes all rows. */

const LONG = process.env.LONG_TESTS === "1";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wide-pictures-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function converted(picture: string, filters: string, options: ConvertOptions): Promise<Conversion> {
  const path = join(folder, "wide.mkv");
  const encoder = ["-vf", filters, "-c:v", "libx264", "-preset", "ultrafast"];
  await runFfmpeg(["-f", "lavfi", "-i", picture, ...encoder, path]);
  const result = await convert(path, folder, options);
  if (result.kind === "refused") throw new Error(result.reason);
  return result;
}

/** The level that the last byte of `avc1.640028` names, times ten. */
function levels({ rungs }: Conversion): number[] {
  return rungs.map(({ codecs }) => Number.parseInt(/^avc1\.[0-9a-f]{4}([0-9a-f]{2})/i.exec(codecs)?.[1] ?? "", 16));
}

describe("a picture wider than film", () => {
  it("keeps its shape within a limit on the long side", async () => {
    const result = await converted("testsrc2=s=1280x192:d=1", "format=yuv420p", {});
    expect(result.rungs.map(({ quality, width, height }) => `${quality} ${width}x${height}`)).toEqual(["360p 864x130"]);
  });

  it.runIf(LONG)("keeps its shape where it is taller than any film", async () => {
    const result = await converted("testsrc2=s=192x1280:d=1", "format=yuv420p", {});
    expect(result.rungs.map(({ quality, width, height }) => `${quality} ${width}x${height}`)).toEqual(["360p 130x864"]);
  });

  it.runIf(LONG)("stays within the caps and level 4.2 where noise asks for more", { timeout: 900_000 }, async () => {
    const noisy = "noise=alls=40:allf=t,format=yuv420p";
    const result = await converted("testsrc2=s=5760x1080:r=30:d=13", noisy, { encoding: DEFAULT_ENCODING });
    expect(Math.max(...levels(result))).toBeLessThanOrEqual(42);
    if (result.plan.kind !== "video") throw new Error("no video");
    for (const [i, rung] of result.plan.rungs.entries()) {
      const paths = result.segmentPaths[i]!;
      const seconds = result.rungs[i]!.segmentSeconds;
      // The last segment is short, and a peak of one window only.
      for (const [s, path] of paths.slice(0, -1).entries()) {
        const bandwidth = ((await stat(path)).size * 8) / seconds[s]!;
        expect(bandwidth, `${rung.quality}, segment ${s + 1}`).toBeLessThanOrEqual(rung.capBandwidth * 1.1);
      }
    }
  });
});
