import {
  applyVideoPostEncryptResult,
  applyVideoPostTranscodeResult,
} from "../../shared/application/commands/apply-video-post-results.ts";
import { generateVideoPostQualityKeys } from "../../shared/application/commands/generate-video-post-quality-keys.ts";
import type { ClaimedJob } from "../../shared/application/ports/job-store.ts";
import type { SaveFence } from "../../shared/application/ports/video-post-repository.ts";
import { type JobKind, STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import type { VideoFile } from "../../shared/domain/part/video-file.ts";
import { createVideoPost, type VideoPost } from "../../shared/domain/post/video-post.ts";
import type { Quality } from "../../shared/domain/quality/quality.ts";
import { STANDARD_POLICY_RULE } from "../../shared/domain/quality/quality-auth.ts";
import type { AbrVariant } from "../../shared/domain/quality/rendition.ts";
import { createKeyVault } from "../../shared/key-vault/key-vault.ts";
import { secretId, uuidV7 } from "../../shared/lib/random-id.ts";
import type { TestPersistence } from "./persistence.ts";

/* The steps by which a post comes to play, taken with the commands that the Worker takes them with. */

/** The time at which these tests begin, in milliseconds since the epoch. */
export const NOW = Date.UTC(2026, 2, 1, 12);
export const LEASE_MS = STANDARD_JOB_RULES.leaseMs;
export const LADDER: readonly Quality[] = ["1080p", "480p"];

export const vault = createKeyVault([{ id: "k1", bytes: new Uint8Array(32).fill(7) }]);

/** Version 1 of a post whose parts wait to be transcoded. */
export async function savePost(
  { posts }: Pick<TestPersistence, "posts">,
  more: { parts?: number; now?: number; autoPublish?: boolean; withJobs?: boolean } = {},
): Promise<VideoPost> {
  const now = more.now ?? NOW;
  const files = Array.from({ length: more.parts ?? 1 }, (_, i) => ({
    id: uuidV7(now),
    jobId: uuidV7(now),
    source: { kind: "upload", uploadId: secretId() } as const,
    fileName: `part-${i}.mp4`,
    fileSize: 1000 + i,
  }));
  const change = createVideoPost(
    {
      id: uuidV7(now),
      authorId: "author",
      title: "A film",
      description: "",
      resourceType: "VIDEO",
      interaction: { comments: true, liveComments: false },
      access: "POLICY",
      autoPublish: more.autoPublish ?? true,
      files,
    },
    now,
  );
  const outcome = await posts.save({ ...change, ...(more.withJobs === false ? { jobs: [] } : {}), from: null }, now);
  if (outcome !== "saved") throw new Error(outcome);
  return reload({ posts }, change.post.id);
}

export async function reload({ posts }: Pick<TestPersistence, "posts">, videoPostId: string): Promise<VideoPost> {
  const post = await posts.load(videoPostId);
  if (post === null) throw new Error("the post is not there");
  return post;
}

export function onlyPart(post: VideoPost): VideoFile {
  const [file, ...others] = post.files;
  if (file === undefined || others.length > 0) throw new Error("the post has not exactly one part");
  return file;
}

type Claim = { leaseToken?: string; owner?: string; kinds?: readonly JobKind[]; now?: number; leaseMs?: number };

export function tryClaim({ jobs }: TestPersistence, more: Claim = {}): Promise<ClaimedJob | null> {
  const standard = { leaseToken: secretId(), owner: "tester", kinds: ["TRANSCODE", "ENCRYPT"], now: NOW } as const;
  return jobs.claim({ ...standard, leaseMs: LEASE_MS, ...more });
}

export async function claim(persistence: TestPersistence, more: Claim = {}): Promise<ClaimedJob> {
  const claimed = await tryClaim(persistence, more);
  if (claimed === null) throw new Error("no job is due");
  return claimed;
}

export function fenceOf({ job, leaseToken }: ClaimedJob) {
  return { kind: "lease", jobId: job.jobId, leaseToken } as const satisfies SaveFence;
}

/** Claims and completes the transcode job that is due. */
export async function transcode(persistence: TestPersistence, now = NOW): Promise<void> {
  const claimed = await claim(persistence, { kinds: ["TRANSCODE"], now });
  const { jobId, videoPostId, fileId, claimNo } = claimed.job;
  const outcome = await applyVideoPostTranscodeResult(
    persistence.posts,
    { videoPostId, fileId, fence: fenceOf(claimed) },
    {
      kind: "done",
      transcodeJobId: jobId,
      prefix: `a-film/${jobId}/c${claimNo}/`,
      durationSeconds: 18,
      probe: { container: "mp4", headerDuration: 18, video: null, audio: null },
      warnings: [],
      variants: LADDER.map(variantOf),
      encryptJobId: uuidV7(now),
    },
    now,
  );
  if (outcome.kind !== "done") throw new Error(outcome.kind);
}

/** Claims and completes the encrypt job that is due. What played before retires after `graceMs`. Returns the key version. */
export async function encrypt(persistence: TestPersistence, now = NOW, graceMs = 60_000): Promise<number> {
  const { posts } = persistence;
  const claimed = await claim(persistence, { kinds: ["ENCRYPT"], now });
  const { jobId, claimNo } = claimed.job;
  const target = { videoPostId: claimed.job.videoPostId, fileId: claimed.job.fileId, fence: fenceOf(claimed) };
  const staged = await generateVideoPostQualityKeys({ posts, vault, policyRule: STANDARD_POLICY_RULE }, target, now);
  if (staged.kind !== "done") throw new Error(staged.kind);
  const { keyVersion, clearPrefix } = staged.value;
  const prefix = `a-film/${jobId}/enc/k${keyVersion}-c${claimNo}/`;
  const result = {
    kind: "done",
    jobId,
    clearPrefix,
    prefix,
    keyVersion,
    variants: LADDER.map(variantOf),
    retireAt: now + graceMs,
  } as const;
  const outcome = await applyVideoPostEncryptResult(posts, target, result, now);
  if (outcome.kind !== "done") throw new Error(outcome.kind);
  return keyVersion;
}

export async function publishPost(persistence: TestPersistence, now = NOW): Promise<VideoPost> {
  const { id } = await savePost(persistence, { now });
  await transcode(persistence, now);
  await encrypt(persistence, now);
  return reload(persistence, id);
}

/** Asks for a job about the post's only part, as a rotation or an operator's retry does. */
export async function askForJob(
  { posts }: TestPersistence,
  videoPostId: string,
  kind: JobKind,
  now = NOW,
): Promise<string> {
  const post = await reload({ posts }, videoPostId);
  const jobId = uuidV7(now);
  const outcome = await posts.save(
    { from: post, post, events: [], jobs: [{ jobId, fileId: onlyPart(post).id, kind }] },
    now,
  );
  if (outcome !== "saved") throw new Error(outcome);
  return jobId;
}

export function variantOf(quality: Quality): AbrVariant {
  return {
    quality,
    width: 640,
    height: 360,
    peakBandwidth: 900_000,
    averageBandwidth: 800_000,
    codecs: "avc1.64001e,mp4a.40.2",
    frameRate: { numerator: 25, denominator: 1 },
    segmentCount: 3,
    bytes: 3000,
  };
}
