import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSegmentRetention } from "./segment-retention.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "retention-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Segments are finished and uploaded one after the other; `lowFrom` is the first that finds the disk low. */
async function run(keep: boolean, count: number, lowFrom = Number.POSITIVE_INFINITY) {
  let low = false;
  const retention = createSegmentRetention(keep, async () => low);
  const segments = Array.from({ length: count }, (_, i) => ({
    ...{ quality: "360p" as const, index: i + 1, path: join(folder, String(i + 1)) },
    ...{ startSeconds: 6 * i, durationSeconds: 6 },
  }));
  for (const segment of segments) {
    await writeFile(segment.path, "x");
    low = segment.index >= lowFrom;
    await retention.uploaded(segment);
  }
  return { keepsAll: retention.keepsAll(), left: (await readdir(folder)).map(Number).sort((a, b) => a - b) };
}

describe("segments that were uploaded", () => {
  it("stay while there is room", async () => {
    expect(await run(true, 5)).toEqual({ keepsAll: true, left: [1, 2, 3, 4, 5] });
  });

  it("are removed where there is none, except the first", async () => {
    expect(await run(false, 5)).toEqual({ keepsAll: false, left: [1] });
  });

  it("are removed once the disk is low, the earlier ones too", async () => {
    expect(await run(true, 5, 4)).toEqual({ keepsAll: false, left: [1] });
  });

  it("stay until they are uploaded, in whatever order that is", async () => {
    const retention = createSegmentRetention(false, async () => false);
    const segments = [1, 2, 3, 4].map((index) => ({
      ...{ quality: "360p" as const, index, path: join(folder, String(index)), startSeconds: 0, durationSeconds: 6 },
    }));
    for (const segment of segments) {
      await writeFile(segment.path, "x");
    }
    await retention.uploaded(segments[2]!);
    expect((await readdir(folder)).sort()).toEqual(["1", "2", "4"]);
    await retention.uploaded(segments[3]!);
    expect((await readdir(folder)).sort()).toEqual(["1", "2"]);
  });
});
