import type { ContentKey } from "../../shared/domain/part/content-key.ts";
import type { VideoFile } from "../../shared/domain/part/video-file.ts";
import type { VideoPost } from "../../shared/domain/post/video-post.ts";
import type { QualityAuth } from "../../shared/domain/quality/quality-auth.ts";
import type { AbrVariant } from "../../shared/domain/quality/rendition.ts";

/*
 * Two posts between which every field that is stored differs, so that a column that is forgotten, swapped with
 * another or filled with a constant shows. `full` has a value wherever there can be one, `bare` null.
 */

const highVariant: AbrVariant = {
  quality: "1080p",
  width: 1920,
  height: 1080,
  peakBandwidth: 5_100_001,
  averageBandwidth: 4_200_002,
  codecs: "avc1.640028,mp4a.40.2",
  frameRate: { numerator: 30_000, denominator: 1001 },
  segmentCount: 61,
  bytes: 9_007_199_254_740_991,
};

const lowVariant: AbrVariant = {
  quality: "96k",
  width: null,
  height: null,
  peakBandwidth: 99_003,
  averageBandwidth: 97_004,
  codecs: "mp4a.40.2",
  frameRate: null,
  segmentCount: 4,
  bytes: 5,
};

const retiringKey: ContentKey = {
  keyId: "key-a",
  quality: "1080p",
  keyVersion: 1,
  wrappedKey: "d3JhcHBlZC1h",
  kekId: "kek-a",
  keyUriTemplate: "/video/enc/key?keyId=key-a&quality=1080p&token=__TOKEN__",
  stagedByJobId: "job-that-encrypts",
  status: "RETIRING",
  usableUntil: 1_800_000_000_123,
  createdAt: 1_700_000_000_006,
};

const activeKey: ContentKey = {
  ...retiringKey,
  keyId: "key-b",
  quality: "96k",
  keyVersion: 2,
  wrappedKey: "d3JhcHBlZC1i",
  kekId: "kek-b",
  keyUriTemplate: "/video/enc/key?keyId=key-b&quality=96k&token=__TOKEN__",
  stagedByJobId: null,
  status: "ACTIVE",
  usableUntil: null,
  createdAt: 1_700_000_000_007,
};

const entitled: QualityAuth = { quality: "1080p", policy: "ENTITLED", entitlement: "gold" };
const open: QualityAuth = { quality: "96k", policy: "PUBLIC", entitlement: null };

const fullFile: VideoFile = {
  id: "file-full",
  fileIndex: 3,
  versionState: "PRESENT",
  position: 0,
  source: { kind: "upload", uploadId: "upload-1" },
  fileName: "Été à la plage – 夏.mp4",
  fileSize: 123_456_789_012,
  durationSeconds: 366.366,
  transferResult: "SUCCESS",
  encryptStatus: "ENCRYPTED",
  updateType: "HAS_UPDATE",
  clear: { prefix: "slug/job-2/c5/", transcodeJobId: "job-2" },
  playing: { prefix: "slug/job-1/enc/k2-c1/", transcodeJobId: "job-1", keyVersion: 2 },
  images: {
    id: "images-1",
    prefix: "title/job-2/c1/images/images-1/",
    posters: [
      { seconds: 1.04, width: 1280, height: 720, bytes: 40_000 },
      { seconds: 7.5, width: 1280, height: 720, bytes: 90_000 },
    ],
    best: 2,
    storyboard: { tileWidth: 160, tileHeight: 90, columns: 10, tiles: 13, intervalSeconds: 1 },
  },
  poster: { kind: "own", id: "AAAAAAAAAAAAAAAAAAAAA1", format: "png", width: 640, height: 360, bytes: 12_345 },
  singleKey: {
    prefix: "imports/film-7/0123456789abcdef0123456789abcdef/0/",
    wrappedKey: "d3JhcHBlZC1j",
    kekId: "kek-c",
    renditions: [{ quality: "1080p", playlist: "1080p/index.m3u8" }],
    requestedAt: 1_700_000_000_008,
    createdAt: 1_700_000_000_009,
  },
  captions: [
    {
      captionId: "0190f000-0000-7000-8000-000000000001",
      textId: "Zk3v_0aB-cDeFgHiJkLmNw",
      objectKey: "captions/post-full/Zk3v_0aB-cDeFgHiJkLmNw/text.vtt",
      origin: "UPLOADED",
      language: "pt-BR",
      name: "Português",
      isDefault: true,
      isForced: false,
      characteristics: ["public.accessibility.transcribes-spoken-dialog"],
      cues: 3,
      bytes: 120,
      createdAt: 1_700_000_000_010,
      textChangedAt: 1_700_000_000_011,
    },
  ],
  chapters: { origin: "SET", items: [{ startSeconds: 0.5, title: "“Start” – 夏" }] },
  mediaStart: 900_000,
  failCode: "source-unreadable",
  failReason: "It said \"no\",\nand then 'never'.",
  probe: {
    container: "mov,mp4",
    headerDuration: 366.4,
    video: {
      codec: "h264",
      width: 1920,
      height: 1080,
      rotation: 90,
      pixelFormat: "yuv420p",
      frameRate: { numerator: 30_000, denominator: 1001 },
    },
    audio: { codec: "aac", channels: 2, sampleRate: 48_000 },
  },
  warnings: ["first", "second, with a comma"],
  variants: [
    { transcodeJobId: "job-1", variants: [highVariant, { ...highVariant, quality: "480p", width: 854, height: 480 }] },
    { transcodeJobId: "job-2", variants: [lowVariant] },
  ],
  keys: [retiringKey, activeKey],
  lastKeyVersion: 6,
  qualityAuth: [entitled, open],
  createdAt: 1_700_000_000_005,
};

export const fullPost: VideoPost = {
  id: "post-full",
  importId: "film-7",
  authorId: "author-1",
  title: "Ein „Titel“ mit ' und \" und \\ und 😀",
  slug: "ein-titel",
  description: "Line one\r\nLine two\t%00 ?1 $1 {}",
  resourceType: "VIDEO",
  interaction: { comments: true, liveComments: false },
  access: "POLICY",
  autoPublish: true,
  metadata: { "site.id": "été 😀", empty: "" },
  passthrough: "pass-1 \" '",
  status: "PUBLISHED",
  durationSeconds: 366.366,
  audit: { result: "PASSED", reason: "fine", by: "auditor-1", at: 1_700_000_000_004 },
  withdrawal: { reason: "too early", by: "editor-1", at: 1_700_000_000_011 },
  publishedAt: 1_700_000_000_010,
  version: 0,
  nextFileIndex: 8,
  otherVersions: [],
  files: [fullFile],
  createdAt: 1_700_000_000_001,
  updatedAt: 1_700_000_000_002,
  deletedAt: 1_700_000_000_003,
};

const bareFile: VideoFile = {
  id: "file-bare",
  fileIndex: 0,
  versionState: "PRESENT",
  position: 1,
  source: { kind: "url", url: { kekId: "kek-d", wrappedText: "d3JhcHBlZC1k" } },
  fileName: "",
  fileSize: null,
  durationSeconds: null,
  transferResult: "TRANSCODING",
  encryptStatus: "UNENCRYPTED",
  updateType: "HAS_UPDATE",
  clear: null,
  playing: null,
  images: null,
  poster: null,
  singleKey: null,
  failCode: null,
  failReason: null,
  probe: null,
  warnings: [],
  captions: [],
  chapters: null,
  mediaStart: null,
  variants: [],
  keys: [],
  lastKeyVersion: 0,
  qualityAuth: [],
  createdAt: 1_700_000_000_105,
};

export const barePost: VideoPost = {
  id: "post-bare",
  importId: null,
  authorId: "author-2",
  title: "",
  slug: "untitled",
  description: "",
  resourceType: "AUDIO",
  interaction: { comments: false, liveComments: true },
  access: "PUBLIC",
  autoPublish: false,
  metadata: {},
  passthrough: null,
  status: "TRANSCODING",
  durationSeconds: 0,
  audit: null,
  withdrawal: null,
  publishedAt: null,
  version: 4,
  nextFileIndex: 1,
  otherVersions: [{ ...bareFile, id: "file-next", versionState: "NEXT" }],
  files: [bareFile],
  createdAt: 1_700_000_000_101,
  updatedAt: 1_700_000_000_102,
  deletedAt: null,
};

/** Keys and policies are sets: their order is not part of the contract. */
export function withSetsSorted(post: VideoPost | null): VideoPost | null {
  if (post === null) return null;
  const files = post.files.map((file) => ({
    ...file,
    keys: file.keys.toSorted((a, b) => a.keyId.localeCompare(b.keyId)),
    qualityAuth: file.qualityAuth.toSorted((a, b) => a.quality.localeCompare(b.quality)),
  }));
  return { ...post, files };
}
