import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Progress } from "../../../shared/application/job-protocol.ts";
import { writeMediaPlaylist } from "../../../shared/hls/media-playlist.ts";
import { base64Encode } from "../../../shared/lib/base64.ts";
import { createJobClient } from "../../adapters/job-client.ts";
import { type S3Server, startS3Server } from "../../adapters/s3-server.fixture.ts";
import { openWorkRoot, type WorkRoot } from "../../adapters/work-directory.ts";
import { createLogger } from "../../log.ts";
import { decryptSegment } from "../../media/segments/segment-cipher.ts";
import { PROCESSOR_TOKEN, startJobService } from "../loop/job-service.fixture.ts";
import { runEncryptJob } from "./encrypt-job.ts";
import type { EncryptOrder } from "./encrypted-rung.ts";

const PREFIX = "clip/t1/c1/";
const ENCRYPTED = "clip/t1/enc/k1-c1/";
const log = createLogger({ level: "silent", secrets: [] });
const keyOf = (quality: string) => Buffer.alloc(16, quality);

const variant = (quality: "720p" | "360p", width: number, height: number, peakBandwidth: number) => ({
  ...{ quality, width, height, peakBandwidth, averageBandwidth: peakBandwidth, codecs: "avc1.64001f,mp4a.40.2" },
  ...{ frameRate: { numerator: 30, denominator: 1 }, segmentCount: 3, bytes: 3000 },
});

const ORDER: EncryptOrder = {
  ...{ kind: "ENCRYPT", jobId: "j1", claimNo: 1, attempt: 1, maxAttempts: 5, leaseMs: 60_000, credential: "c" },
  ...{ clearPrefix: PREFIX, durationSeconds: 13 },
  variants: [variant("720p", 1280, 720, 2000), variant("360p", 640, 360, 1000)],
};

const DURATIONS = [6, 6, 1];
const clearSegment = (quality: string, number: number) =>
  Buffer.alloc(quality === "720p" ? 1600 : 800, `${quality}${number}`);

function storeClear(s3: S3Server): void {
  for (const { quality } of ORDER.variants) {
    const segments = DURATIONS.map((durationSeconds, index) => ({ durationSeconds, uri: `seg_0000${index + 1}.ts` }));
    s3.objects.set(`source/${PREFIX}${quality}/index.m3u8`, { body: Buffer.from(writeMediaPlaylist({ segments })) });
    for (const number of [1, 2, 3]) {
      const body = clearSegment(quality, number);
      s3.objects.set(`source/${PREFIX}${quality}/seg_0000${number}.ts`, { body });
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

/** Runs the job; what it has decoded for its verification is collected. `complaint` is about 720p. */
async function encrypt(s3: S3Server, order: EncryptOrder = ORDER, complaint: string | null = null) {
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
  const decoded: string[] = [];
  const progress: Progress[] = [];
  const { signal } = new AbortController();
  const outcome = await runEncryptJob(
    order,
    { signal, log, report: (latest) => progress.push(latest) },
    {
      ...{ client, workRoot, source: s3.store("source"), playback: s3.store("playback") },
      decodeSegment: async (path) => {
        decoded.push(await readFile(path, "utf8"));
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
    for (const { quality } of ORDER.variants) {
      for (const number of [1, 2, 3]) {
        const stored = s3.objects.get(`playback/${ENCRYPTED}${quality}/seg_0000${number}.ts`);
        expect(stored).toMatchObject({
          contentType: "video/mp2t",
          cacheControl: "public, max-age=31536000, immutable",
        });
        const clear = decryptSegment(stored?.body ?? Buffer.alloc(0), keyOf(quality), number - 1);
        expect(clear.equals(clearSegment(quality, number))).toBe(true);
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
    // 1600 bytes and a whole block of padding: 1616 bytes in 6 s; at the end 3232 bytes in 7 s.
    expect(s3.objects.get(`source/${ENCRYPTED}master.m3u8`)?.body.toString()).toBe(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=3694,AVERAGE-BANDWIDTH=2984,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=30.000,CLOSED-CAPTIONS=NONE
720p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=1866,AVERAGE-BANDWIDTH=1507,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=30.000,CLOSED-CAPTIONS=NONE
360p/index.m3u8
`);
  });

  it("reports what it measured", async () => {
    await using s3 = await startS3Server();
    storeClear(s3);
    const { report, progress } = await encrypt(s3);
    expect(report).toMatchObject({
      keyVersion: 1,
      variants: [
        { quality: "720p", peakBandwidth: 3694, averageBandwidth: 2984, bytes: 3 * 1616, segmentCount: 3 },
        { quality: "360p", peakBandwidth: 1866, averageBandwidth: 1507, bytes: 3 * 816, segmentCount: 3 },
      ],
    });
    expect(progress.filter(({ stage }) => stage === "ENCRYPTING").at(-1)).toEqual({
      stage: "ENCRYPTING",
      percent: 100,
      segments: { "720p": 3, "360p": 3 },
    });
  });

  it("decodes the last segment of each quality as it was stored", async () => {
    await using s3 = await startS3Server();
    storeClear(s3);
    const { decoded } = await encrypt(s3);
    expect(decoded.sort()).toEqual([clearSegment("360p", 3).toString(), clearSegment("720p", 3).toString()]);
  });

  it("fails, to be tried again, when what was stored does not decode", async () => {
    await using s3 = await startS3Server();
    storeClear(s3);
    await expect(encrypt(s3, ORDER, "invalid NAL")).rejects.toThrow("An encrypted segment of 720p does not decode.");
  });

  it("fails when the renditions are not as long as the part", async () => {
    await using s3 = await startS3Server();
    storeClear(s3);
    await expect(encrypt(s3, { ...ORDER, durationSeconds: 20 })).rejects.toThrow("720p lasts 13.00 s, not 20.00 s.");
  });

  it("fails when a clear segment is missing, and when the playlist has fewer than the variant", async () => {
    await using s3 = await startS3Server();
    storeClear(s3);
    const variants = ORDER.variants.map((each) => ({ ...each, segmentCount: 4 }));
    await expect(encrypt(s3, { ...ORDER, variants })).rejects.toThrow("720p has 3 clear segments instead of 4.");
    s3.objects.delete(`source/${PREFIX}360p/seg_00003.ts`);
    await expect(encrypt(s3)).rejects.toThrow("A stored object is missing.");
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
