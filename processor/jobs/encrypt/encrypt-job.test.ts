import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Progress } from "../../../shared/application/protocols/job-protocol.ts";
import { measureBandwidth } from "../../../shared/hls/bandwidth.ts";
import { writeMediaPlaylist } from "../../../shared/hls/media-playlist.ts";
import { base64Encode } from "../../../shared/lib/base64.ts";
import { firstHalf, shiftTimes, withoutKeyframe, withoutPackets } from "../../../test/fixtures/media/damage-segment.ts";
import { makeSmallLadder, type SmallSegment } from "../../../test/fixtures/media/small-ladder.ts";
import { createJobClient } from "../../adapters/job-client.ts";
import { type S3Server, startS3Server } from "../../adapters/s3-server.fixture.ts";
import { openWorkRoot, type WorkRoot } from "../../adapters/work-directory.ts";
import { createLogger } from "../../log.ts";
import { decryptSegment } from "../../media/segments/segment-cipher.ts";
import { VerificationFault } from "../../retryable-error.ts";
import { PROCESSOR_TOKEN, startJobService } from "../loop/job-service.fixture.ts";
import { runEncryptJob } from "./encrypt-job.ts";
import type { EncryptOrder } from "./encrypted-rung.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const PREFIX = "clip/t1/c1/";
const ENCRYPTED = "clip/t1/enc/k1-c1/";
const log = createLogger({ level: "silent", secrets: [] });
const keyOf = (quality: string) => Buffer.alloc(16, quality);

const QUALITIES = ["720p", "360p"] as const;
type VideoQuality = (typeof QUALITIES)[number];

/** Real segments of 6, 6 and 1 seconds; the pictures of both qualities are equally small. */
let clear: readonly SmallSegment[];
/** What the segments of each quality are, first to last, and what their playlist says. */
let stored: Record<VideoQuality, readonly SmallSegment[]>;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "encrypt-media-"));
  const ladder = await makeSmallLadder(folder, { size: "160x90", seconds: 13, sound: true });
  clear = ladder.rungs.get("360p")!;
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  stored = { "720p": clear, "360p": clear };
});

const sizeOf = (segments: readonly SmallSegment[]) => segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
const padded = () => clear.map(({ bytes }) => bytes.length + 16 - (bytes.length % 16));

const variant = (quality: VideoQuality, width: number, height: number) => ({
  ...{ quality, width, height, peakBandwidth: 2000, averageBandwidth: 2000, codecs: "avc1.64001f,mp4a.40.2" },
  ...{ frameRate: { numerator: 10, denominator: 1 }, segmentCount: 3, bytes: sizeOf(clear) },
});

const order = (changes: Partial<EncryptOrder> = {}): EncryptOrder => ({
  ...{ kind: "ENCRYPT", jobId: "j1", claimNo: 1, attempt: 1, maxAttempts: 5, leaseMs: 60_000, credential: "c" },
  ...{ clearPrefix: PREFIX, durationSeconds: 13 },
  variants: [variant("720p", 1280, 720), variant("360p", 640, 360)],
  ...changes,
});

function storeClear(s3: S3Server): void {
  for (const quality of QUALITIES) {
    const segments = stored[quality].map(({ durationSeconds }, i) => ({ durationSeconds, uri: `seg_0000${i + 1}.ts` }));
    s3.objects.set(`source/${PREFIX}${quality}/index.m3u8`, { body: Buffer.from(writeMediaPlaylist({ segments })) });
    for (const [index, { bytes }] of stored[quality].entries()) {
      s3.objects.set(`source/${PREFIX}${quality}/seg_0000${index + 1}.ts`, { body: bytes });
    }
  }
}

let directory: string;
let workRoot: WorkRoot;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "encrypt-"));
  workRoot = await openWorkRoot({ directory, now: Date.now, log });
});
afterEach(() => rm(directory, { recursive: true }));

const measuredBandwidth = () =>
  measureBandwidth(
    padded().map((bytes, index) => ({ bytes, durationSeconds: clear[index]!.durationSeconds })),
    6,
  );

/** Runs the job; what it has decoded for its verification is collected. `complaint` is about 720p. */
async function encrypt(s3: S3Server, job: EncryptOrder = order(), complaint: string | null = null) {
  await using service = await startJobService();
  service.keys = {
    keyVersion: 1,
    encryptedPrefix: ENCRYPTED,
    keys: ["360p" as const, "720p" as const].map((quality) => ({
      ...{ quality, keyId: `id-${quality}`, key: base64Encode(keyOf(quality)) },
      keyUri: `/video/enc/key?keyId=id-${quality}&quality=${quality}&token=__TOKEN__`,
    })),
  };
  const client = createJobClient({ serviceUrl: service.url, processorToken: PROCESSOR_TOKEN });
  const decoded: Buffer[] = [];
  const progress: Progress[] = [];
  const { signal } = new AbortController();
  const outcome = await runEncryptJob(
    job,
    { signal, log, report: (latest) => progress.push(latest) },
    {
      ...{ client, workRoot, source: s3.store("source"), playback: s3.store("playback") },
      decodeSegment: async (path) => {
        decoded.push(await readFile(path));
        return path.includes("720p") ? complaint : null;
      },
    },
  );
  if (outcome.kind === "done") await outcome.record(signal);
  const report = service.calls.find(({ route }) => route === "j1/encrypt-result")?.body;
  return { outcome, report, decoded, progress };
}

describe("the encrypt job", () => {
  it("stores every segment encrypted with the key of its quality, its sequence number as IV", async () => {
    await using s3 = await startS3Server();
    storeClear(s3);
    await encrypt(s3);
    for (const quality of QUALITIES) {
      for (const number of [1, 2, 3]) {
        const object = s3.objects.get(`playback/${ENCRYPTED}${quality}/seg_0000${number}.ts`);
        expect(object).toMatchObject({
          contentType: "video/mp2t",
          cacheControl: "public, max-age=31536000, immutable",
        });
        const decrypted = decryptSegment(object?.body ?? Buffer.alloc(0), keyOf(quality), number - 1);
        expect(decrypted.equals(clear[number - 1]!.bytes)).toBe(true);
      }
    }
    expect([...s3.objects.keys()].filter((name) => name.startsWith("playback/"))).toHaveLength(6);
  });

  it("writes the templates into the private bucket, measured on the ciphertext", async () => {
    await using s3 = await startS3Server();
    storeClear(s3);
    await encrypt(s3);
    expect(s3.objects.get(`source/${ENCRYPTED}720p/index.m3u8`)?.body.toString()).toBe(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:6
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-KEY:METHOD=AES-128,URI="/video/enc/key?keyId=id-720p&quality=720p&token=__TOKEN__"
#EXTINF:6.000000,
seg_00001.ts
#EXTINF:6.000000,
seg_00002.ts
#EXTINF:1.000000,
seg_00003.ts
#EXT-X-ENDLIST
`);
    const { peak, average } = measuredBandwidth();
    const rates = `BANDWIDTH=${peak},AVERAGE-BANDWIDTH=${average},CODECS="avc1.64001f,mp4a.40.2"`;
    expect(s3.objects.get(`source/${ENCRYPTED}master.m3u8`)?.body.toString()).toBe(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:${rates},RESOLUTION=1280x720,FRAME-RATE=10.000,CLOSED-CAPTIONS=NONE
720p/index.m3u8
#EXT-X-STREAM-INF:${rates},RESOLUTION=640x360,FRAME-RATE=10.000,CLOSED-CAPTIONS=NONE
360p/index.m3u8
`);
  });

  it("reports what it measured", async () => {
    await using s3 = await startS3Server();
    storeClear(s3);
    const { report, progress } = await encrypt(s3);
    const { peak, average } = measuredBandwidth();
    const measured = { peakBandwidth: peak, averageBandwidth: average, segmentCount: 3 };
    const bytes = padded().reduce((sum, size) => sum + size, 0);
    expect(report).toMatchObject({
      keyVersion: 1,
      variants: [
        { quality: "720p", ...measured, bytes },
        { quality: "360p", ...measured, bytes },
      ],
    });
    expect(progress.filter(({ stage }) => stage === "ENCRYPTING").at(-1)).toEqual({
      stage: "ENCRYPTING",
      percent: 100,
      segments: { "720p": 3, "360p": 3 },
      plannedSegments: { "720p": 3, "360p": 3 },
      qualityPercent: { "720p": 100, "360p": 100 },
    });
  });

  it("decodes the last segment of each quality as it was stored", async () => {
    await using s3 = await startS3Server();
    storeClear(s3);
    const { decoded } = await encrypt(s3);
    expect(decoded).toHaveLength(2);
    for (const bytes of decoded) expect(bytes.equals(clear[2]!.bytes)).toBe(true);
  });

  it("fails permanently for a segment that was stored as it was read and does not decode", async () => {
    await using s3 = await startS3Server();
    storeClear(s3);
    const { outcome, report } = await encrypt(s3, order(), "invalid NAL");
    expect(outcome).toEqual({
      kind: "refused",
      code: "media-check-failed",
      reason:
        "The stored video failed its check: the last segment of 720p does not decode. Upload the file again, so that it is transcoded again.",
    });
    expect(report).toBeUndefined();
  });

  it("accepts clear renditions that an earlier encryption recorded, whose files are padded", async () => {
    await using s3 = await startS3Server();
    storeClear(s3);
    const bytes = padded().reduce((sum, size) => sum + size, 0);
    const variants = order().variants.map((each) => ({ ...each, bytes }));
    expect((await encrypt(s3, order({ variants }))).outcome.kind).toBe("done");
  });

  it("fails when a clear segment is missing, and when the playlist has fewer than the variant", async () => {
    await using s3 = await startS3Server();
    storeClear(s3);
    const variants = order().variants.map((each) => ({ ...each, segmentCount: 4 }));
    await expect(encrypt(s3, order({ variants }))).rejects.toThrow("720p has 3 clear segments instead of 4.");
    s3.objects.delete(`source/${PREFIX}360p/seg_00003.ts`);
    await expect(encrypt(s3)).rejects.toThrow("A stored object is missing.");
  });

  const holding = (...numbers: readonly number[]) =>
    numbers.map((number, index) => ({ ...clear[index]!, bytes: clear[number - 1]!.bytes }));
  const with2 = (change: (bytes: Buffer) => Buffer) =>
    clear.map((segment, index) => (index === 1 ? { ...segment, bytes: change(segment.bytes) } : segment));
  const said = (durationSeconds: number) =>
    clear.map((segment, index) => (index === 1 ? { ...segment, durationSeconds } : segment));
  it.each<[string, () => readonly SmallSegment[], RegExp]>([
    ["segments that are swapped", () => holding(2, 1, 3), /segment 2 of 360p overlaps the picture before it/],
    [
      "a segment that is repeated",
      () => holding(1, 1, 3),
      /segment 2 of 360p overlaps the picture before it by 5\.90 s/,
    ],
    [
      "sound that is 200 ms late in one segment",
      () => with2((bytes) => shiftTimes(bytes, 200, ["sound"])),
      /segment 2 of 360p leaves a hole of 0\.20 s in the sound/,
    ],
    ["times that go back", () => with2((bytes) => shiftTimes(bytes, -3000)), /segment 2 of 360p overlaps the picture/],
    ["a segment that is cut in its middle", () => with2(firstHalf), /segment 3 of 360p leaves a hole/],
    ["a segment without its last packets", () => with2((bytes) => withoutPackets(bytes, 1)), /360p has not the size/],
    [
      "a segment that begins with no keyframe",
      () => with2(withoutKeyframe),
      /segment 2 of 360p does not begin with a key/,
    ],
    [
      "a playlist that is wrong about one segment",
      () => said(6.4),
      /the segment before it lasts 6\.000 s, but its playlist/,
    ],
    ["a playlist that is wrong about the whole", () => said(12), /360p lasts 19\.00 s, not 13\.00 s/],
  ])("refuses %s, and publishes nothing", async (_name, damaged, reason) => {
    await using s3 = await startS3Server();
    stored["360p"] = damaged();
    storeClear(s3);
    const { outcome, report } = await encrypt(s3);
    expect(outcome).toEqual({ kind: "refused", code: "media-check-failed", reason: expect.stringMatching(reason) });
    expect(report).toBeUndefined();
    expect(s3.objects.has(`source/${ENCRYPTED}master.m3u8`)).toBe(false);
  });

  it("fails with a retryable error for a segment that was read with bytes missing", async () => {
    await using s3 = await startS3Server();
    stored["360p"] = with2((bytes) => bytes.subarray(0, 1000));
    storeClear(s3);
    await expect(encrypt(s3)).rejects.toThrow(
      new VerificationFault("The stored video failed its check: segment 2 of 360p is cut off inside a packet."),
    );
  });

  it("never writes a key to the disk or into an object", async () => {
    await using s3 = await startS3Server();
    storeClear(s3);
    await encrypt(s3);
    for (const [name, { body }] of s3.objects) {
      for (const quality of ["720p", "360p"]) expect(body.includes(keyOf(quality)), name).toBe(false);
    }
  });
});
