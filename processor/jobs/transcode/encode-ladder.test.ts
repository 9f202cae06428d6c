import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { generateClip } from "../../../test/fixtures/media/generate-clip.ts";
import { MEDIA_TOOLS as tools } from "../../../test/fixtures/media/media-tools.ts";
import { probe } from "../../adapters/ffmpeg/probe.ts";
import { startS3Server } from "../../adapters/s3-server.fixture.ts";
import { createLogger } from "../../log.ts";
import { planLadder } from "../../media/encode/ladder.ts";
import { DEFAULT_MEDIA_LIMITS } from "../../media/source/limits.ts";
import { encodeLadder } from "./encode-ladder.ts";
import { createSegmentRetention } from "./segment-retention.ts";

vi.setConfig({ testTimeout: 60_000 });

const signal = new AbortController().signal;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "encode-ladder-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a ladder on its way", () => {
  async function encode(keep: boolean) {
    await using s3 = await startS3Server();
    const sourcePath = join(folder, "source.mp4");
    await generateClip({ path: sourcePath, seconds: 20, frameRate: "10", size: "64x36", sound: false });
    const found = await probe({ sourcePath, tools, signal });
    const plan = found.kind === "facts" ? planLadder(found.facts, "VIDEO") : found;
    if (found.kind === "refused" || plan.kind === "refused") throw new Error("refused");
    const outputDirectory = join(folder, keep ? "kept" : "gone");
    await mkdir(outputDirectory);
    const retention = createSegmentRetention(keep, async () => false);
    const encoded = await encodeLadder({
      ...{ sourcePath, outputDirectory, clearPrefix: "clear/", plan, facts: found.facts, tools, retention },
      ...{ encoding: { crf: 30, preset: "ultrafast" }, limits: DEFAULT_MEDIA_LIMITS, uploadConcurrency: 1 },
      store: s3.store("source"),
      run: { signal, log: createLogger({ level: "silent", secrets: [] }), report: () => {} },
    });
    const stored = [...s3.objects].map(([key, { body }]) => ({ key, size: body.length }));
    return { encoded, stored, left: (await readdir(join(outputDirectory, "360p"))).sort() };
  }

  it("is stored whole and leaves nothing but its first segment on a disk without room", async () => {
    const { encoded, stored, left } = await encode(false);
    if (encoded.kind === "refused") throw new Error(encoded.reason);
    expect(stored.map(({ key }) => key).sort()).toEqual([1, 2, 3, 4].map((n) => `source/clear/360p/seg_0000${n}.ts`));
    expect(encoded.rungs[0]?.segments.map(({ bytes }) => bytes)).toEqual(stored.map(({ size }) => size));
    expect(left).toEqual(["seg_00001.ts"]);
  });

  it("stays on a disk with room", async () => {
    expect((await encode(true)).left).toHaveLength(4);
  });
});
