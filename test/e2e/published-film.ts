import { bodyOf } from "../../client/index.ts";
import { createProcessorClient, type ProcessorClient } from "../../client/processor.ts";
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
  const body = { title: "A film", resourceType: "VIDEO", autoPublish: true, uploadFileList } as const;
  const { videoPostId } = bodyOf(await stack.client.createVideoPost({ body }));
  const jobs = createProcessorClient({ baseUrl: stack.origin, token: TEST_SECRETS.PROCESSOR_TOKEN });
  const transcode = await claim(jobs);
  const transcoded = {
    durationSeconds: SEGMENTS * SEGMENT_SECONDS,
    probe: { container: "mp4", headerDuration: null, video: null, audio: null },
    warnings: [],
    variants: VIDEO_QUALITIES.map(variant),
  };
  bodyOf(await jobs.recordTranscode({ params: transcode, body: transcoded }, { token: transcode.credential }));
  const encrypt = await claim(jobs);
  if (encrypt.kind !== "ENCRYPT") throw new Error(`an ENCRYPT job was expected, not ${encrypt.kind}`);
  const token = encrypt.credential;
  const keys = contentKeysSchema.parse(bodyOf(await jobs.stageKeys({ params: encrypt }, { token })));
  await storePlaylists(stack, keys);
  const encrypted = { keyVersion: keys.keyVersion, variants: encrypt.variants };
  bodyOf(await jobs.recordEncrypt({ params: encrypt, body: encrypted }, { token }));
  return { videoPostId, keys };
}

async function claim(jobs: ProcessorClient): Promise<WorkOrder> {
  return workOrderSchema.parse(bodyOf(await jobs.claimJob({ body: { leaseToken: secretId(), owner: "test" } })));
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
