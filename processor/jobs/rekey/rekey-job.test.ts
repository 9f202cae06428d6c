import { createCipheriv } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Progress } from "../../../shared/application/protocols/job-protocol.ts";
import type { Quality } from "../../../shared/domain/quality/quality.ts";
import { shiftTimes } from "../../../test/fixtures/media/damage-segment.ts";
import { probeLines, runFfmpeg } from "../../../test/fixtures/media/generate-clip.ts";
import { MEDIA_TOOLS } from "../../../test/fixtures/media/media-tools.ts";
import { createJobClient } from "../../adapters/job-client.ts";
import { type S3Server, startS3Server } from "../../adapters/s3-server.fixture.ts";
import { openWorkRoot, type WorkRoot } from "../../adapters/work-directory.ts";
import { createLogger } from "../../log.ts";
import { writeImportedPlaylist } from "../../media/imports/imported-playlist.ts";
import { PROCESSOR_TOKEN, startJobService } from "../loop/job-service.fixture.ts";
import { type RekeyOrder, runRekeyJob, type SingleKeyWork } from "./rekey-job.ts";

const KEY = Buffer.from("00112233445566778899aabbccddeeff", "hex");
const IMPORT = "imports/film/0123456789abcdef0123456789abcdef/0/";
const CLEAR = "a-film/j1/c1/";
const log = createLogger({ level: "silent", secrets: [] });

let directory: string;
/** Clear segments of a second, by quality. */
const media = new Map<Quality, Buffer[]>();
let sound: Buffer[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "migrate-"));
  media.set("720p", await segmentsOf("720p", "1280x720"));
  media.set("360p", await segmentsOf("360p", "640x360"));
  sound = await segmentsOf("128k", null);
});
afterAll(() => rm(directory, { recursive: true }));

let workRoot: WorkRoot;
beforeEach(async () => {
  workRoot = await openWorkRoot({ directory: join(directory, "work"), now: Date.now, log });
});

async function segmentsOf(name: string, size: string | null): Promise<Buffer[]> {
  const picture = size === null ? [] : ["-f", "lavfi", "-t", "3", "-i", `testsrc2=size=${size}:rate=25`];
  await runFfmpeg([
    ...[...picture, "-f", "lavfi", "-t", "3", "-i", "sine=frequency=440:sample_rate=48000"],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-sc_threshold", "0"],
    ...["-c:a", "aac", "-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod"],
    ...["-hls_segment_filename", join(directory, `${name}_%d.ts`), join(directory, `${name}.m3u8`)],
  ]);
  const names = (await readdir(directory)).filter((file) => file.startsWith(`${name}_`)).toSorted();
  return Promise.all(names.map((file) => readFile(join(directory, file))));
}

type Stored = { quality: Quality; segments: readonly Buffer[]; encrypted?: boolean; ivs?: number[]; said?: number };

/** Under the prefix of an import, as `ladderlock import` leaves it. */
function storeImport(s3: S3Server, { quality, segments, encrypted = true, ivs, said = 1 }: Stored): void {
  const ivOf = (index: number) => Buffer.alloc(16, (ivs ?? [])[index] ?? index + 1);
  for (const [index, clear] of segments.entries()) {
    const cipher = createCipheriv("aes-128-cbc", KEY, Buffer.alloc(16, index + 1));
    const body = encrypted ? Buffer.concat([cipher.update(clear), cipher.final()]) : clear;
    s3.objects.set(`source/${IMPORT}${quality}/seg_0000${index + 1}.ts`, { body });
  }
  const listed = segments.map((_, index) => ({ durationSeconds: said, iv: encrypted ? ivOf(index) : null }));
  s3.objects.set(`source/${IMPORT}${quality}/index.m3u8`, { body: Buffer.from(writeImportedPlaylist(listed)) });
}

/** 720p as it is, and 360p with its segments changed. */
function storeAll(s3: S3Server, change: (segments: readonly Buffer[]) => readonly Buffer[]): void {
  storeImport(s3, stored("720p"));
  storeImport(s3, stored("360p", { segments: change(media.get("360p")!) }));
}

const stored = (quality: Quality, more: Partial<Stored> = {}): Stored => ({
  ...{ quality, segments: media.get(quality) ?? sound },
  ...more,
});

async function migrate(s3: S3Server, qualities: readonly Quality[] = ["720p", "360p"], roomy = true) {
  await using service = await startJobService();
  const renditions = qualities.map((quality) => ({ quality, playlist: `${quality}/index.m3u8` }));
  const source: SingleKeyWork = { kind: "single-key", prefix: IMPORT, key: KEY.toString("base64"), renditions };
  const order: RekeyOrder = {
    ...{ kind: "TRANSCODE", jobId: "j1", claimNo: 1, attempt: 1, maxAttempts: 5, leaseMs: 60_000, credential: "c" },
    ...{ resourceType: "VIDEO", fileName: "old.mp4", clearPrefix: CLEAR, source },
  };
  const { signal } = new AbortController();
  const progress: Progress[] = [];
  const client = createJobClient({ serviceUrl: service.url, processorToken: PROCESSOR_TOKEN });
  const outcome = await runRekeyJob(
    order,
    source,
    { signal, log, report: (latest) => progress.push(latest) },
    {
      ...{ client, source: s3.store("source"), tools: MEDIA_TOOLS },
      workRoot: roomy ? workRoot : { ...workRoot, makeRoom: async () => false },
    },
  );
  if (outcome.kind === "done") await outcome.record(signal);
  return { outcome, report: service.calls.find(({ route }) => route === "j1/transcode-result")?.body, progress };
}

const clearObjects = (s3: S3Server) => [...s3.objects.keys()].filter((name) => name.startsWith(`source/${CLEAR}`));

describe("the re-key job of an imported part", () => {
  it("stores the segments decrypted, byte for byte, with playlists, and reports what it measured", async () => {
    await using s3 = await startS3Server();
    for (const quality of ["720p", "360p"] as const) storeImport(s3, stored(quality));
    const { report, progress } = await migrate(s3);
    for (const quality of ["720p", "360p"] as const) {
      for (const [index, clear] of media.get(quality)!.entries()) {
        expect(s3.objects.get(`source/${CLEAR}${quality}/seg_0000${index + 1}.ts`)?.body.equals(clear)).toBe(true);
      }
    }
    expect(clearObjects(s3)).toHaveLength(8);
    expect(s3.objects.get(`source/${CLEAR}720p/index.m3u8`)?.body.toString()).toContain(
      "#EXTINF:1.000000,\nseg_00003.ts",
    );
    const bytes = media.get("720p")!.reduce((sum, segment) => sum + segment.length, 0);
    expect(report).toMatchObject({
      durationSeconds: 3,
      variants: [
        {
          ...{ quality: "720p", width: 1280, height: 720, segmentCount: 3, bytes },
          ...{ frameRate: { numerator: 25, denominator: 1 }, averageBandwidth: Math.ceil((8 * bytes) / 3) },
          codecs: expect.stringMatching(/^avc1\.[0-9a-f]{6},mp4a\.40\.2$/),
        },
        { quality: "360p", width: 640, height: 360 },
      ],
    });
    expect(progress.filter(({ stage }) => stage === "UPLOADING").at(-1)).toEqual({
      ...{ stage: "UPLOADING", percent: 100, segments: { "720p": 3, "360p": 3 } },
      plannedSegments: { "720p": 3, "360p": 3 },
      qualityPercent: { "720p": 100, "360p": 100 },
    });
    await using kept = await workRoot.take(CLEAR);
    expect((await readdir(join(kept!.path, "360p"))).toSorted()).toEqual([
      "index.m3u8",
      "seg_00001.ts",
      "seg_00002.ts",
      "seg_00003.ts",
    ]);
  });

  it("accepts clear renditions unchanged, beside encrypted ones", async () => {
    await using s3 = await startS3Server();
    storeImport(s3, stored("720p", { encrypted: false }));
    storeImport(s3, stored("360p"));
    expect((await migrate(s3)).outcome.kind).toBe("done");
    expect(s3.objects.get(`source/${CLEAR}720p/seg_00002.ts`)?.body.equals(media.get("720p")![1]!)).toBe(true);
  });

  it("needs room only for the segments that it is reading", async () => {
    await using s3 = await startS3Server();
    storeImport(s3, stored("360p"));
    expect((await migrate(s3, ["360p"], false)).outcome.kind).toBe("done");
    expect(clearObjects(s3)).toHaveLength(4);
    expect(await workRoot.take(CLEAR)).toBeNull();
  });

  it("accepts sound alone", async () => {
    await using s3 = await startS3Server();
    storeImport(s3, stored("128k"));
    const { report } = await migrate(s3, ["128k"]);
    expect(report).toMatchObject({
      variants: [{ quality: "128k", width: null, codecs: "mp4a.40.2", frameRate: null }],
    });
  });

  it("may be cut at other places in each quality", async () => {
    await using s3 = await startS3Server();
    storeImport(s3, stored("720p"));
    storeImport(s3, stored("360p", { segments: [Buffer.concat(media.get("360p")!)], said: 3 }));
    const { report } = await migrate(s3);
    expect(report).toMatchObject({ variants: [{ segmentCount: 3 }, { segmentCount: 1 }] });
  });

  it("reports where the media start on their clock, by which captions are placed", async () => {
    await using s3 = await startS3Server();
    storeImport(s3, stored("360p"));
    const { report } = await migrate(s3, ["360p"]);
    const shown = ["-select_streams", "v:0", "-show_entries", "packet=pts"];
    const times = (await probeLines(join(directory, "360p_0.ts"), ...shown)).map(([pts]) => Number(pts));
    expect(report).toMatchObject({ mediaStart: Math.min(...times) });
  });

  it("writes rounded durations again, as the media say", async () => {
    await using s3 = await startS3Server();
    storeImport(s3, stored("360p", { said: 2 }));
    const { report } = await migrate(s3, ["360p"]);
    expect(report).toMatchObject({ durationSeconds: 3 });
    expect(s3.objects.get(`source/${CLEAR}360p/index.m3u8`)?.body.toString()).toContain(
      "#EXTINF:1.000000,\nseg_00003.ts",
    );
  });

  it.each<[string, (s3: S3Server) => void, RegExp]>([
    [
      "two segments that are swapped",
      (s3) => storeAll(s3, ([first, second, third]) => [first!, third!, second!]),
      /^The imported video failed its check: segment [23] of 360p .*\. Make the video again from its source\.$/,
    ],
    [
      "a segment that is repeated",
      (s3) => storeAll(s3, ([first, , third]) => [first!, first!, third!]),
      /segment 2 of 360p overlaps the picture before it by 0\.96 s/,
    ],
    [
      "sound that is 200 ms late in one segment",
      (s3) => storeAll(s3, ([first, second, third]) => [first!, shiftTimes(second!, 200, ["sound"]), third!]),
      /segment 2 of 360p leaves a hole of 0\.\d\d s in the sound before it/,
    ],
    [
      "durations that no rounding explains",
      (s3) => {
        storeImport(s3, stored("720p", { said: 4 }));
        storeImport(s3, stored("360p", { said: 4 }));
      },
      /the segment before it lasts 1\.000 s, but its playlist says 4\.000 s/,
    ],
    [
      "qualities of two videos",
      (s3) => {
        storeImport(s3, stored("720p"));
        storeImport(s3, stored("360p", { said: 2 }));
      },
      /not equally long/,
    ],
    [
      "a segment under another IV",
      (s3) => {
        storeImport(s3, stored("720p", { ivs: [1, 9, 3] }));
        storeImport(s3, stored("360p"));
      },
      /^Segment 2 of 720p does not open with the key/,
    ],
    [
      "sound under the name of a picture",
      (s3) => {
        storeImport(s3, stored("720p", { segments: sound.slice(0, 3) }));
        storeImport(s3, stored("360p"));
      },
      /^720p was imported as what it is not: it has no picture/,
    ],
    [
      "noise between the packets' first bytes",
      (s3) => {
        const noise = Buffer.alloc(188 * 50, 0xa5);
        for (let at = 0; at < noise.length; at += 188) noise[at] = 0x47;
        storeImport(s3, stored("720p"));
        storeImport(s3, stored("360p", { segments: [noise, noise, noise] }));
      },
      /^Segment 1 of 360p does not decode by itself/,
    ],
  ])("refuses %s, in a sentence for people", async (_, store, reason) => {
    await using s3 = await startS3Server();
    store(s3);
    const { outcome } = await migrate(s3);
    const code = expect.stringMatching(/^(import-unusable|media-check-failed)$/);
    expect(outcome).toEqual({ kind: "refused", code, reason: expect.stringMatching(reason) });
  });

  it("is tried again when something is missing", async () => {
    await using s3 = await startS3Server();
    storeImport(s3, stored("360p"));
    s3.objects.delete(`source/${IMPORT}360p/seg_00002.ts`);
    await expect(migrate(s3, ["360p"])).rejects.toThrow("A stored object is missing.");
  });
});
