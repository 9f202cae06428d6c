import { randomBytes } from "node:crypto";
import {
  type ContentKeys,
  contentKeysSchema,
  type TranscodeReport,
  type WorkOrder,
  workOrderSchema,
} from "../../shared/application/protocols/job-protocol.ts";
import { mediaPlaylistKey, multivariantKey, segmentKey, segmentName } from "../../shared/domain/object-keys.ts";
import { VIDEO_QUALITIES, type VideoQuality } from "../../shared/domain/quality.ts";
import { writeMediaPlaylist } from "../../shared/hls/media-playlist.ts";
import { writeMultivariantPlaylist } from "../../shared/hls/multivariant-playlist.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import { TEST_SECRETS } from "../../test/e2e/test-secrets.ts";
import type { Workerd } from "./workerd.ts";

/*
 * A film of half an hour, published through the job protocol as a processor does it, but without media: of its
 * segments only those exist that are fetched.
 */

export const SEGMENT_COUNT = 300;
const SEGMENT_SECONDS = 6;

export type PublishedPost = {
  readonly videoPostId: string;
  readonly keys: ContentKeys;
  /** Object keys in PLAYBACK by the size of the object. */
  readonly segmentKeys: ReadonlyMap<number, string>;
};

/** `segmentBytes`: the sizes of the segments that are stored. */
export async function publishPost(workerd: Workerd, segmentBytes: readonly number[]): Promise<PublishedPost> {
  const origin = await workerd.origin("ladderlock");
  const { videoPostId } = await post<{ videoPostId: string }>(
    origin,
    "/api/v2/video-posts",
    TEST_SECRETS.ADMIN_API_KEY,
    {
      title: "Half an hour",
      resourceType: "VIDEO",
      autoPublish: true,
      uploadFileList: [{ sourceUrl: "https://origin.example/film.mp4", fileName: "film.mp4" }],
    },
  );
  const transcode = await claim(origin);
  await report(origin, transcode, "transcode-result", transcodeReport());
  const encrypt = await claim(origin);
  if (encrypt.kind !== "ENCRYPT") throw new Error(`an ENCRYPT job was expected, not ${encrypt.kind}`);
  const keys = contentKeysSchema.parse(await report(origin, encrypt, "keys", {}));
  await storePlaylists(workerd, keys);
  const segmentKeys = await storeSegments(workerd, keys.encryptedPrefix, segmentBytes);
  await report(origin, encrypt, "encrypt-result", { keyVersion: keys.keyVersion, variants: encrypt.variants });
  return { videoPostId, keys, segmentKeys };
}

async function claim(origin: URL): Promise<WorkOrder> {
  const request = { leaseToken: secretId(), owner: "bench" };
  return workOrderSchema.parse(await post(origin, "/internal/jobs/claim", TEST_SECRETS.PROCESSOR_TOKEN, request));
}

function report(origin: URL, order: WorkOrder, step: string, body: unknown): Promise<unknown> {
  return post(origin, `/internal/jobs/${order.jobId}/${step}`, order.credential, body);
}

/** The JSON of the answer; undefined for an answer without a body. */
export async function post<Answer>(origin: URL, path: string, bearer: string, body: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
  const response = await fetch(new URL(path, origin), { method: "POST", headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return text === "" ? (undefined as Answer) : (JSON.parse(text) as Answer);
}

function transcodeReport(): TranscodeReport {
  return {
    durationSeconds: SEGMENT_COUNT * SEGMENT_SECONDS,
    probe: { container: "mp4", headerDuration: null, video: null, audio: null },
    warnings: [],
    variants: VIDEO_QUALITIES.map(variant),
  };
}

function variant(quality: VideoQuality): TranscodeReport["variants"][number] {
  const height = Number.parseInt(quality, 10);
  return {
    quality,
    width: 2 * Math.round((height * 8) / 9),
    height,
    peakBandwidth: height * 5000,
    averageBandwidth: height * 4000,
    codecs: "avc1.640028,mp4a.40.2",
    frameRate: { numerator: 30, denominator: 1 },
    segmentCount: SEGMENT_COUNT,
    bytes: SEGMENT_COUNT * 1_000_000,
  };
}

async function storePlaylists(workerd: Workerd, { encryptedPrefix, keys }: ContentKeys): Promise<void> {
  const source = await workerd.bucket("SOURCE");
  const variants = VIDEO_QUALITIES.map((quality) => ({ ...variant(quality), uri: `${quality}/index.m3u8` }));
  await source.put(multivariantKey(encryptedPrefix), writeMultivariantPlaylist({ variants }));
  const segments = Array.from({ length: SEGMENT_COUNT }, (_, index) => ({
    uri: segmentName(index + 1),
    durationSeconds: SEGMENT_SECONDS,
  }));
  for (const { quality, keyUri } of keys) {
    const playlist = writeMediaPlaylist({ segments, key: { uri: keyUri } });
    await source.put(mediaPlaylistKey(encryptedPrefix, quality), playlist);
  }
}

async function storeSegments(
  workerd: Workerd,
  prefix: string,
  sizes: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const playback = await workerd.bucket("PLAYBACK");
  const stored = new Map<number, string>();
  for (const [index, size] of sizes.entries()) {
    const key = segmentKey(prefix, "1080p", index + 1);
    await playback.put(key, randomBytes(size));
    stored.set(size, key);
  }
  return stored;
}
