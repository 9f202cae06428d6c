import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Progress } from "../../../shared/application/protocols/job-protocol.ts";
import { generateClip } from "../../../test/fixtures/media/generate-clip.ts";
import { MEDIA_TOOLS as tools } from "../../../test/fixtures/media/media-tools.ts";
import { probe } from "../../adapters/ffmpeg/probe.ts";
import { startS3Server } from "../../adapters/s3-server.fixture.ts";
import { createLogger } from "../../log.ts";
import { planLadder, type VideoLadder } from "../../media/encode/ladder.ts";
import { DEFAULT_MEDIA_LIMITS } from "../../media/source/limits.ts";
import { VerificationFault } from "../../retryable-error.ts";
import { encodeLadder } from "./encode-ladder.ts";
import { createSegmentRetention } from "./segment-retention.ts";

vi.setConfig({ testTimeout: 60_000 });

const signal = new AbortController().signal;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "encode-ladder-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** What a test changes: the plan that the check compares with, and the bytes that it is given. */
type Changes = {
  readonly changePlan?: (plan: VideoLadder) => VideoLadder;
  readonly lookAt?: (bytes: Uint8Array, path: string) => Uint8Array;
};
const asPlanned = (plan: VideoLadder) => plan;
const asItIs = (bytes: Uint8Array) => bytes;

describe("a ladder that is uploaded", () => {
  async function encode(keep: boolean, { changePlan = asPlanned, lookAt = asItIs }: Changes = {}) {
    await using s3 = await startS3Server();
    const sourcePath = join(folder, "source.mp4");
    await generateClip({ path: sourcePath, seconds: 20, frameRate: "10", size: "64x36", sound: false });
    const found = await probe({ sourcePath, tools, signal });
    const planned = found.kind === "facts" ? planLadder(found.facts, "VIDEO") : found;
    if (found.kind === "refused" || planned.kind !== "video") throw new Error("refused");
    const plan = changePlan(planned);
    const outputDirectory = await mkdtemp(join(folder, "rungs-"));
    const retention = createSegmentRetention(keep, async () => false);
    const store = s3.store("source");
    const reports: Progress[] = [];
    const encoded = await encodeLadder({
      ...{ sourcePath, outputDirectory, clearPrefix: "clear/", plan, facts: found.facts, tools, retention },
      ...{ encoding: { crf: 30, preset: "ultrafast" }, limits: DEFAULT_MEDIA_LIMITS, uploadConcurrency: 1 },
      store: {
        ...store,
        putFile: (key, path, headers, aborted, look) =>
          store.putFile(key, path, headers, aborted, (bytes) => look?.(lookAt(bytes, path))),
      },
      run: {
        signal,
        log: createLogger({ level: "silent", secrets: [] }),
        report: (progress) => reports.push(progress),
      },
    });
    const stored = [...s3.objects].map(([key, { body }]) => ({ key, size: body.length }));
    return { encoded, stored, reports, left: (await readdir(join(outputDirectory, "360p"))).sort() };
  }

  it("is stored whole and leaves nothing but its first segment on a disk without room", async () => {
    const { encoded, stored, left } = await encode(false);
    if (encoded.kind === "refused") throw new Error(encoded.reason);
    expect(stored.map(({ key }) => key).sort()).toEqual([1, 2, 3, 4].map((n) => `source/clear/360p/seg_0000${n}.ts`));
    expect(encoded.rungs[0]?.segments.map(({ bytes }) => bytes)).toEqual(stored.map(({ size }) => size));
    expect(left).toEqual(["seg_00001.ts"]);
  });

  it("is counted while it is made, and what is left to upload from its end on", async () => {
    const { reports } = await encode(true);
    const last = (stage: Progress["stage"]) => reports.filter((report) => report.stage === stage).at(-1);
    const four = { segments: { "360p": 4 }, plannedSegments: { "360p": 4 } };
    expect(last("ENCODING")).toMatchObject({ ...four, qualityPercent: { "360p": 100 } });
    expect(last("UPLOADING")).toEqual({ stage: "UPLOADING", percent: 100, ...four, qualityPercent: { "360p": 100 } });
    const plans = reports.map(({ plannedSegments }) => plannedSegments?.["360p"]);
    expect(new Set(plans)).toEqual(new Set([4]));
  });

  it("stays on a disk with room", async () => {
    expect((await encode(true)).left).toHaveLength(4);
  });

  it("lasts in its playlist as long as its media", async () => {
    const { encoded } = await encode(true);
    expect(encoded).toMatchObject({ kind: "encoded", durationSeconds: 20 });
    if (encoded.kind === "refused") throw new Error(encoded.reason);
    expect(encoded.rungs[0]?.segments.map(({ durationSeconds }) => durationSeconds)).toEqual([6, 6, 6, 2]);
  });

  const CONVERT = "Convert the file to MP4 with H.264 and AAC, and upload that.";

  it("is refused when its pictures do not stand where the plan has them", async () => {
    const frameTimes = Float64Array.from({ length: 200 }, (_, frame) => frame / 10 + (frame < 100 ? 0 : 0.3));
    const { encoded } = await encode(true, {
      changePlan: (plan) => ({ ...plan, source: { ...plan.source, frameTimes } }),
    });
    expect(encoded).toEqual({
      kind: "refused",
      code: "media-check-failed",
      reason: `The converted video failed its check: segment 2 of 360p has a picture at 10.00 s, where the file has none. ${CONVERT}`,
    });
  });

  it("is refused when a segment is not the one that it should be, and no more of it is stored", async () => {
    let first: Buffer | null = null;
    const lookAt = (bytes: Uint8Array) => {
      first ??= Buffer.from(bytes);
      return first;
    };
    const { encoded, stored } = await encode(true, { lookAt });
    expect(encoded).toEqual({
      kind: "refused",
      code: "media-check-failed",
      reason: `The converted video failed its check: segment 2 of 360p overlaps the picture before it by 5.90 s. ${CONVERT}`,
    });
    expect(stored.map(({ key }) => key)).toEqual(["source/clear/360p/seg_00001.ts"]);
  });

  it("fails with a retryable error when bytes of a segment are missing", async () => {
    const lookAt = (bytes: Uint8Array, path: string) => (path.includes("00002") ? bytes.subarray(0, 1000) : bytes);
    await expect(encode(true, { lookAt })).rejects.toThrow(
      new VerificationFault("The converted video failed its check: segment 2 of 360p is cut off inside a packet."),
    );
  });
});
