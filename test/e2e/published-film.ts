import {
  type ContentKeys,
  contentKeysSchema,
  type WorkOrder,
  workOrderSchema,
} from "../../shared/application/protocols/job-protocol.ts";
import { mediaPlaylistKey, multivariantKey, segmentName } from "../../shared/domain/object-keys.ts";
import { VIDEO_QUALITIES } from "../../shared/domain/quality.ts";
import type { AbrVariant } from "../../shared/domain/rendition.ts";
import { writeMediaPlaylist } from "../../shared/hls/media-playlist.ts";
import { writeMultivariantPlaylist } from "../../shared/hls/multivariant-playlist.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import type { Stack } from "./stack.ts";
import { TEST_SECRETS } from "./test-secrets.ts";

/*
 * A film that plays, published through the job protocol as a processor does it, for tests that ask for playlists and
 * keys only: there are no segments.
 */

export type PublishedFilm = { readonly videoPostId: string; readonly keys: ContentKeys };

const SEGMENTS = 10;
const SEGMENT_SECONDS = 6;

/** Of a stack without a processor, which would take the jobs. */
export async function publishFilm(stack: Stack): Promise<PublishedFilm> {
  const uploadFileList = [{ sourceUrl: "https://origin.example/film.mp4", fileName: "film.mp4" }];
  const post = { title: "A film", resourceType: "VIDEO", autoPublish: true, uploadFileList };
  const created = (await (await stack.admin("POST", "/api/v2/video-posts", post)).json()) as { videoPostId: string };
  const transcode = await claim(stack.origin);
  await report(stack.origin, transcode, "transcode-result", {
    durationSeconds: SEGMENTS * SEGMENT_SECONDS,
    probe: { container: "mp4", headerDuration: null, video: null, audio: null },
    warnings: [],
    variants: VIDEO_QUALITIES.map(variant),
  });
  const encrypt = await claim(stack.origin);
  if (encrypt.kind !== "ENCRYPT") throw new Error(`an ENCRYPT job was expected, not ${encrypt.kind}`);
  const keys = contentKeysSchema.parse(await report(stack.origin, encrypt, "keys", {}));
  await storePlaylists(stack, keys);
  await report(stack.origin, encrypt, "encrypt-result", { keyVersion: keys.keyVersion, variants: encrypt.variants });
  return { videoPostId: created.videoPostId, keys };
}

async function claim(origin: string): Promise<WorkOrder> {
  const request = { leaseToken: secretId(), owner: "test" };
  return workOrderSchema.parse(await post(`${origin}/internal/jobs/claim`, TEST_SECRETS.PROCESSOR_TOKEN, request));
}

function report(origin: string, order: WorkOrder, step: string, body: unknown): Promise<unknown> {
  return post(`${origin}/internal/jobs/${order.jobId}/${step}`, order.credential, body);
}

async function post(url: string, bearer: string, body: unknown): Promise<unknown> {
  const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

async function storePlaylists(stack: Stack, { encryptedPrefix, keys }: ContentKeys): Promise<void> {
  const { SOURCE } = await stack.bindings();
  const put = (key: string, text: string) => SOURCE.put(key, new TextEncoder().encode(text).buffer as ArrayBuffer);
  const variants = VIDEO_QUALITIES.map((quality) => ({ ...variant(quality), uri: `${quality}/index.m3u8` }));
  await put(multivariantKey(encryptedPrefix), writeMultivariantPlaylist({ variants }));
  const segments = Array.from({ length: SEGMENTS }, (_, index) => ({
    uri: segmentName(index + 1),
    durationSeconds: SEGMENT_SECONDS,
  }));
  for (const { quality, keyUri } of keys) {
    await put(mediaPlaylistKey(encryptedPrefix, quality), writeMediaPlaylist({ segments, key: { uri: keyUri } }));
  }
}

function variant(quality: (typeof VIDEO_QUALITIES)[number]): AbrVariant {
  const height = Number.parseInt(quality, 10);
  return {
    quality,
    width: 2 * Math.round((height * 8) / 9),
    height,
    peakBandwidth: height * 5000,
    averageBandwidth: height * 4000,
    codecs: "avc1.640028,mp4a.40.2",
    frameRate: { numerator: 30, denominator: 1 },
    segmentCount: SEGMENTS,
    bytes: SEGMENTS * 1_000_000,
  };
}
