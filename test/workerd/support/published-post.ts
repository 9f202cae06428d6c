import {
  type ContentKeys,
  contentKeysSchema,
  type WorkOrder,
  workOrderSchema,
} from "../../../shared/application/protocols/job-protocol.ts";
import { mediaPlaylistKey, multivariantKey, segmentKey } from "../../../shared/domain/part/object-keys.ts";
import type { Quality } from "../../../shared/domain/quality/quality.ts";
import type { AbrVariant } from "../../../shared/domain/quality/rendition.ts";
import { writeMediaPlaylist } from "../../../shared/hls/media-playlist.ts";
import { writeMultivariantPlaylist } from "../../../shared/hls/multivariant-playlist.ts";
import { secretId } from "../../../shared/lib/random-id.ts";
import { testEnv } from "./test-env.ts";
import type { TestWorker } from "./worker.ts";

/*
 * A post that plays, made as a processor makes it: every step goes through the job API. Only the media is missing: the
 * segments are noise, since these tests never read them.
 */

export type PublishedPost = {
  readonly videoPostId: string;
  readonly fileIndex: number;
  readonly keys: ContentKeys;
};

const FULL_LADDER: readonly Quality[] = ["1080p", "720p", "480p", "360p"];

export async function publishPost(worker: TestWorker, more: Record<string, unknown> = {}): Promise<PublishedPost> {
  const videoPostId = await createPost(worker, more);
  const transcode = await claim(worker, videoPostId);
  await report(worker, transcode, "transcode-result", transcodeReport(FULL_LADDER));
  return { videoPostId, fileIndex: 0, keys: await encryptPost(worker, videoPostId) };
}

export async function createPost(worker: TestWorker, more: Record<string, unknown> = {}): Promise<string> {
  const response = await worker.admin("POST", "/api/v2/video-posts", {
    title: "A film",
    resourceType: "VIDEO",
    autoPublish: true,
    uploadFileList: [{ sourceUrl: "https://origin.example/film.mp4", fileName: "film.mp4" }],
    ...more,
  });
  if (response.status !== 201) throw new Error(await response.text());
  return ((await response.json()) as { videoPostId: string }).videoPostId;
}

/** The encrypt job of this post, or of any post where none is named. */
export async function encryptPost(worker: TestWorker, videoPostId?: string): Promise<ContentKeys> {
  const order = await claim(worker, videoPostId);
  if (order.kind !== "ENCRYPT") throw new Error(`an ENCRYPT job was expected, not ${order.kind}`);
  const keys = contentKeysSchema.parse(await (await call(worker, order, "keys")).json());
  await storePlaylists(keys, order.variants);
  await report(worker, order, "encrypt-result", { keyVersion: keys.keyVersion, variants: order.variants });
  return keys;
}

export const SEGMENT_COUNT = 3;
export const SEGMENT_BYTES = 1000;

async function storePlaylists(keys: ContentKeys, variants: readonly AbrVariant[]): Promise<void> {
  const prefix = keys.encryptedPrefix;
  const numbers = Array.from({ length: SEGMENT_COUNT }, (_, i) => i + 1);
  const master = writeMultivariantPlaylist({
    variants: variants.map((variant) => ({ ...variant, uri: `${variant.quality}/index.m3u8` })),
  });
  await testEnv.SOURCE.put(multivariantKey(prefix), master);
  for (const { quality, keyUri } of keys.keys) {
    const segments = numbers.map((n) => ({ uri: segmentKey("", quality, n).split("/").at(-1)!, durationSeconds: 6 }));
    await testEnv.SOURCE.put(mediaPlaylistKey(prefix, quality), writeMediaPlaylist({ segments, key: { uri: keyUri } }));
    for (const n of numbers)
      await testEnv.PLAYBACK.put(segmentKey(prefix, quality, n), new Uint8Array(SEGMENT_BYTES).fill(n));
  }
}

/** Claims jobs until the one of this post comes. */
export async function claim(worker: TestWorker, videoPostId?: string, leaseToken = secretId()): Promise<WorkOrder> {
  const order = await tryClaim(worker, leaseToken);
  if (order === null) throw new Error("no job is due");
  const job = await worker.context.jobs.find(order.jobId);
  if (videoPostId !== undefined && job?.videoPostId !== videoPostId)
    throw new Error("another post's job was due first");
  return order;
}

export async function tryClaim(worker: TestWorker, leaseToken = secretId()): Promise<WorkOrder | null> {
  const response = await worker.fetch("/internal/jobs/claim", {
    method: "POST",
    headers: { authorization: `Bearer ${testEnv.PROCESSOR_TOKEN}` },
    body: JSON.stringify({ leaseToken, owner: "test" }),
  });
  return response.status === 204 ? null : workOrderSchema.parse(await response.json());
}

/** A call of the job's holder. */
export function call(worker: TestWorker, order: WorkOrder, step: string, body: unknown = {}): Promise<Response> {
  return worker.fetch(`/internal/jobs/${order.jobId}/${step}`, {
    method: "POST",
    headers: { authorization: `Bearer ${order.credential}` },
    body: JSON.stringify(body),
  });
}

export async function report(worker: TestWorker, order: WorkOrder, step: string, body: unknown): Promise<void> {
  const response = await call(worker, order, step, body);
  const expected = step === "transcode-result" ? 200 : 204;
  if (response.status !== expected) throw new Error(`${step}: ${response.status} ${await response.text()}`);
  await worker.settled();
}

export function transcodeReport(qualities: readonly Quality[]) {
  return {
    durationSeconds: 18,
    probe: { container: "mp4", headerDuration: 18, video: null, audio: null },
    warnings: [],
    variants: qualities.map(variant),
  };
}

function variant(quality: Quality): AbrVariant {
  const height = Number.parseInt(quality, 10);
  return {
    quality,
    width: 2 * Math.round((height * 16) / 9 / 2),
    height,
    peakBandwidth: height * 5000,
    averageBandwidth: height * 4000,
    codecs: "avc1.64001f,mp4a.40.2",
    frameRate: { numerator: 30, denominator: 1 },
    segmentCount: SEGMENT_COUNT,
    bytes: SEGMENT_BYTES * SEGMENT_COUNT,
  };
}
