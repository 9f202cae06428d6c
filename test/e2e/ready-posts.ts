import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bodyOf, createClient } from "../../client/index.ts";
import { createProcessorClient, type ProcessorClient } from "../../client/processor.ts";
import { createObjectStore, createS3Client, type ObjectStore } from "../../processor/adapters/object-store.ts";
import { readClearPlaylist } from "../../processor/jobs/encrypt/clear-playlist.ts";
import { type WorkOrder, workOrderSchema } from "../../shared/application/protocols/job-protocol.ts";
import { mediaPlaylistKey, segmentKey } from "../../shared/domain/part/object-keys.ts";
import type { Quality } from "../../shared/domain/quality/quality.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import { runFfmpeg } from "../fixtures/media/generate-clip.ts";
import { TEST_SECRETS } from "./test-secrets.ts";

/*
 * Posts whose clear renditions are there, real ones, without an encoding for each: the test takes the role of the transcoding
 * processor and stores the same segments again and again. The encrypt jobs are left to real processors.
 */

export type Rendition = { readonly segments: readonly Uint8Array[]; readonly playlist: string };
export type Ladder = readonly (Rendition & { readonly quality: Quality })[];

const FRAME_RATE = 25;

/** A moving picture with sound, a segment a second. */
export async function makeRendition(directory: string, seconds: number): Promise<Rendition> {
  const length = ["-t", String(seconds)];
  await runFfmpeg([
    ...["-f", "lavfi", ...length, "-i", `testsrc2=size=320x180:rate=${FRAME_RATE}`],
    ...["-f", "lavfi", ...length, "-i", "sine=frequency=440:sample_rate=48000"],
    ...[
      "-c:v",
      "libx264",
      "-preset",
      "ultrafast",
      "-pix_fmt",
      "yuv420p",
      "-g",
      String(FRAME_RATE),
      "-sc_threshold",
      "0",
    ],
    ...["-c:a", "aac", "-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod", "-start_number", "1"],
    ...["-hls_segment_filename", join(directory, "seg_%05d.ts"), join(directory, "index.m3u8")],
  ]);
  const playlist = await readFile(join(directory, "index.m3u8"), "utf8");
  const names = readClearPlaylist(playlist).map(
    (_, index) =>
      segmentKey("", "360p", index + 1)
        .split("/")
        .at(-1)!,
  );
  return { playlist, segments: await Promise.all(names.map((name) => readFile(join(directory, name)))) };
}

export type Buckets = { readonly source: ObjectStore; readonly playback: ObjectStore; close(): void };

export function openBuckets(origin: string): Buckets {
  const credentials = { accessKeyId: "local", secretAccessKey: "local-development-only" };
  const s3 = createS3Client({ endpoint: `${origin}/cdn-cgi/local/r2/s3`, region: "auto", ...credentials });
  return {
    source: createObjectStore(s3, "ladderlock-source"),
    playback: createObjectStore(s3, "ladderlock-playback"),
    close: () => s3.destroy(),
  };
}

/** A post whose ENCRYPT job is due. No processor may be running meanwhile. */
export async function createReadyPost(origin: string, { source }: Buckets, ladder: Ladder): Promise<string> {
  const admin = createClient({ baseUrl: origin, token: TEST_SECRETS.ADMIN_API_KEY });
  const jobs = createProcessorClient({ baseUrl: origin, token: TEST_SECRETS.PROCESSOR_TOKEN });
  const post = { title: "One of many", resourceType: "VIDEO", autoPublish: true, access: "PUBLIC" } as const;
  const uploadFileList = [{ sourceUrl: "https://origin.example/film.mp4", fileName: "film.mp4" }];
  const created = bodyOf(await admin.createVideoPost({ body: { ...post, uploadFileList } }));
  const order = await claimed(jobs, created.files[0]!.jobId);
  const { signal } = new AbortController();
  const headers = { contentType: "video/mp2t", cacheControl: "no-store" };
  for (const { quality, playlist, segments } of ladder) {
    await source.putBytes(mediaPlaylistKey(order.clearPrefix, quality), playlist, headers, signal);
    for (const [index, segment] of segments.entries()) {
      await source.putBytes(segmentKey(order.clearPrefix, quality, index + 1), segment, headers, signal);
    }
  }
  const report = {
    durationSeconds: readClearPlaylist(ladder[0]!.playlist).reduce((sum, duration) => sum + duration, 0),
    probe: { container: "mp4", headerDuration: null, video: null, audio: null },
    warnings: [],
    variants: ladder.map(variantOf),
  };
  bodyOf(await jobs.recordTranscode({ params: order, body: report }, { token: order.credential }));
  return created.videoPostId;
}

async function claimed(jobs: ProcessorClient, jobId: string): Promise<WorkOrder> {
  const lease = { leaseToken: secretId(), owner: "test" };
  const reply = bodyOf(await jobs.claimOneJob({ params: { jobId }, body: lease }));
  if (reply.outcome !== "claimed") throw new Error(`the job is ${reply.outcome}`);
  return workOrderSchema.parse(reply.order);
}

function variantOf({ quality, segments }: Ladder[number]) {
  return {
    ...{ quality, width: 320, height: 180, codecs: "avc1.42c00d,mp4a.40.2" },
    ...{ peakBandwidth: 900_000, averageBandwidth: 800_000, frameRate: { numerator: FRAME_RATE, denominator: 1 } },
    segmentCount: segments.length,
    bytes: segments.reduce((sum, { length }) => sum + length, 0),
  };
}
