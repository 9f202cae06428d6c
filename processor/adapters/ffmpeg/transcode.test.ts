import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { countFrames, generateClip, runFfmpeg } from "../../../test/fixtures/media/generate-clip.ts";
import { MEDIA_TOOLS as tools } from "../../../test/fixtures/media/media-tools.ts";
import type { Encoding } from "../../media/encode/ffmpeg-arguments.ts";
import { type LadderPlan, planLadder } from "../../media/encode/ladder.ts";
import type { SourceFacts } from "../../media/source/source-facts.ts";
import { decodeCheck } from "./decode-check.ts";
import { inspectSegment } from "./inspect-segment.ts";
import { probe } from "./probe.ts";
import { type FinishedSegment, type TranscodeInput, type TranscodeProgress, transcode } from "./transcode.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const FAST: Encoding = { crf: 30, preset: "superfast" };
const signal = new AbortController().signal;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "transcode-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function facts(sourcePath: string): Promise<SourceFacts> {
  const result = await probe({ sourcePath, tools, signal });
  if (result.kind === "refused") throw new Error(result.reason);
  return result.facts;
}

type Planned = { readonly facts: SourceFacts; readonly plan: LadderPlan };
const plans = new Map<string, Promise<Planned>>();

/** Probes each source once. */
function planOnce(sourcePath: string): Promise<Planned> {
  const known = plans.get(sourcePath) ?? plan(sourcePath);
  plans.set(sourcePath, known);
  return known;
}

async function plan(sourcePath: string): Promise<Planned> {
  const found = await facts(sourcePath);
  const planned = planLadder(found, "VIDEO");
  if (planned.kind === "refused") throw new Error(planned.reason);
  return { facts: found, plan: planned };
}

async function run(sourcePath: string, changes: Partial<TranscodeInput> = {}) {
  const outputDirectory = await mkdtemp(join(folder, "out-"));
  const segments: FinishedSegment[] = [];
  const reports: TranscodeProgress[] = [];
  const outcome = await transcode({
    sourcePath,
    outputDirectory,
    ...(await planOnce(sourcePath)),
    tools,
    signal,
    stallTimeoutSeconds: 30,
    encoding: FAST,
    onProgress: (progress) => reports.push(progress),
    onSegment: (segment) => segments.push(segment),
    ...changes,
  });
  if (outcome.kind === "refused") throw new Error(outcome.reason);
  return { outcome, segments, reports, outputDirectory };
}

let long: Promise<string> | undefined;

/** A clip of 20 seconds, made once: long enough to be stopped in the middle. */
function longSource(): Promise<string> {
  const path = join(folder, "long.mp4");
  long ??= generateClip({ path, seconds: 20, frameRate: "30", size: "640x360", sound: false }).then(() => path);
  return long;
}

/** Frames of a whole rung, decoded from its segments as one stream. */
const framesOf = (segments: readonly FinishedSegment[], quality: string) =>
  countFrames(
    `concat:${segments
      .filter((s) => s.quality === quality)
      .map((s) => s.path)
      .join("|")}`,
  );

/** Packets whose counter does not follow the one before on the same PID (ISO/IEC 13818-1, 2.4.3.3). */
function continuityBreaks(packets: Buffer): number {
  const counters = new Map<number, number>();
  let breaks = 0;
  for (let at = 0; at < packets.length; at += 188) {
    const pid = packets.readUInt16BE(at + 1) & 0x1fff;
    const flags = packets.readUInt8(at + 3);
    if ((flags & 0x10) === 0) continue;
    const before = counters.get(pid);
    if (before !== undefined && ((before + 1) & 15) !== (flags & 15)) breaks++;
    counters.set(pid, flags & 15);
  }
  return breaks;
}

describe("one ffmpeg for all rungs", () => {
  it("makes segments of a small clip that decode, with every frame of the source", async () => {
    const source = join(folder, "small.mp4");
    await generateClip({ path: source, seconds: 4, frameRate: "30", size: "320x240", sound: true });
    const { outcome, segments, reports } = await run(source);
    expect(outcome).toMatchObject({ kind: "done", durationSeconds: 4, segmentCount: 1, frames: 120, warnings: [] });
    expect(segments).toMatchObject([{ quality: "360p", index: 1, startSeconds: 0, durationSeconds: 4 }]);
    expect(reports.length).toBeGreaterThan(0);

    const [segment] = segments;
    if (!segment) throw new Error("no segment");
    expect(await inspectSegment(segment.path, tools, signal)).toEqual({
      codecs: "avc1.64000d,mp4a.40.2",
      hasAudio: true,
      width: 320,
      height: 240,
      frameRate: { numerator: 30, denominator: 1 },
    });
    expect(await decodeCheck(segment.path, tools, signal)).toMatchObject({ kind: "decoded", frames: 120 });
  });

  it("cuts 23.976 fps at 6.006 s in every rung, and loses no frame", async () => {
    const source = join(folder, "film.mp4");
    // A square has fewer pixels than a wide picture of as many lines.
    await generateClip({ path: source, seconds: 13, frameRate: "24000/1001", size: "480x480", sound: true });
    const { outcome, segments } = await run(source);
    expect(outcome).toMatchObject({ kind: "done", segmentCount: 3, frames: 312 });
    for (const quality of ["480p", "360p"]) {
      const own = segments.filter((segment) => segment.quality === quality);
      expect(own.map((s) => [s.index, s.startSeconds, Number(s.durationSeconds.toFixed(3))])).toEqual([
        [1, 0, 6.006],
        [2, 6.006, 6.006],
        [3, 12.012, 1.001],
      ]);
      expect(await framesOf(segments, quality)).toBe(312);
    }
    expect(await countFrames(source)).toBe(312);
  });

  it("announces a segment only when all of it is on disk", async () => {
    const source = await longSource();
    const sizes = new Map<string, Promise<number>>();
    const sizeOf = async (path: string) => (await stat(path)).size;
    await run(source, { onSegment: ({ path }) => sizes.set(path, sizeOf(path)) });
    expect(sizes.size).toBe(4);
    for (const [path, announced] of sizes) expect(await announced, path).toBe(await sizeOf(path));
  });

  it("continues the counters of the transport stream from segment to segment", async () => {
    const source = join(folder, "three-segments.mp4");
    await generateClip({ path: source, seconds: 13, frameRate: "25", size: "320x240", sound: true });
    const { segments } = await run(source);
    const packets = Buffer.concat(await Promise.all(segments.map((segment) => readFile(segment.path))));
    expect(continuityBreaks(packets)).toBe(0);
  });

  it("pads sound that ends early and holds the picture for sound that continues", async () => {
    const source = join(folder, "uneven.mp4");
    await runFfmpeg([
      ...["-f", "lavfi", "-t", "1", "-i", "testsrc2=size=320x240:rate=25"],
      ...["-f", "lavfi", "-t", "4", "-i", "sine=sample_rate=44100"],
      ...["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", source],
    ]);
    const { outcome } = await run(source);
    expect(outcome).toMatchObject({ durationSeconds: 4, frames: 100, warnings: [] });
  });

  it("brings a variable frame rate to a constant one, in segments of six seconds across a hole", async () => {
    const source = join(folder, "variable.mkv");
    await runFfmpeg([
      ...["-f", "lavfi", "-t", "13", "-i", "testsrc2=size=320x240:rate=30"],
      ...["-vf", "select='not(between(n,20,200))'", "-fps_mode", "vfr"],
      ...["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", source],
    ]);
    const { segments } = await run(source);
    expect(segments.map((segment) => Math.round(segment.durationSeconds))).toEqual([6, 6, 1]);
  });
});

describe("a running ffmpeg", () => {
  it("stops at an abort, which throws the signal's reason", async () => {
    const source = await longSource();
    const abort = new AbortController();
    const started = run(source, {
      signal: abort.signal,
      encoding: { crf: 20, preset: "slow" },
      onProgress: () => abort.abort(new Error("cancelled")),
    });
    await expect(started).rejects.toThrow("cancelled");
  });

  it("stops when it makes no progress", async () => {
    const source = await longSource();
    const encoding = { crf: 20, preset: "slow" };
    await expect(run(source, { stallTimeoutSeconds: 0.01, encoding })).rejects.toThrow("no progress for 0.01 s");
  });
});

it("finds a damaged segment", async () => {
  const source = join(folder, "damaged-source.mp4");
  await generateClip({ path: source, seconds: 2, frameRate: "25", size: "320x240", sound: true });
  const { segments } = await run(source);
  const bytes = await readFile(segments[0]?.path ?? "");
  bytes.fill(0x55, 2000, 6000);
  const damaged = join(folder, "damaged.ts");
  await writeFile(damaged, bytes);
  expect((await decodeCheck(damaged, tools, signal)).kind).toBe("broken");
});
