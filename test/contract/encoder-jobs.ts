import { beforeEach, describe, expect, it } from "vitest";
import { createEncoderJob } from "../../shared/application/commands/create-encoder-job.ts";
import { type EncoderJob, type EncoderJobState, encoderStatus } from "../../shared/domain/encoder/encoder-job.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { askForJob, claim, encrypt, LADDER, NOW, reload, transcode, variantOf, vault } from "./steps.ts";

const REQUEST = {
  by: "gateway:site",
  title: "Série X - Épisode 1",
  resourceType: "VIDEO",
  access: "PUBLIC",
  metadata: { order: "42" },
  passthrough: "abc",
  webhookUrl: "https://site.example.com/hooks",
} as const;
const SOURCE = { source: { kind: "url", url: "https://r2.example.com/a.mp4" }, fileName: "a.mp4" } as const;

export function describeEncoderJobs(name: string, open: OpenPersistence): void {
  describe(`${name}: an encoder job`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    async function created(more: object = {}, now = NOW): Promise<EncoderJob> {
      const part = { ...SOURCE, fileSize: null, durationSeconds: null };
      const outcome = await createEncoderJob({ posts: persistence.posts, vault }, { ...REQUEST, part, ...more }, now);
      if (outcome.kind !== "created") throw new Error(outcome.refusal.kind);
      return outcome.job;
    }

    async function found({ jobId }: EncoderJob): Promise<EncoderJobState> {
      const state = await persistence.encoderJobs.find(jobId);
      if (state === null) throw new Error("the job is not there");
      return state;
    }

    it("is saved with its post and its transcode job, and found with every field", async () => {
      const job = await created();
      const { part, transcode: first, encrypt: none, isDeleted, postVersion, ...fields } = await found(job);
      expect(fields).toStrictEqual({ ...job, metadata: REQUEST.metadata, passthrough: REQUEST.passthrough });
      expect(job).toMatchObject({ slug: "serie-x-episode-1", callerId: REQUEST.by, createdAt: NOW });
      expect(first).toStrictEqual({
        ...{ jobId: job.jobId, state: "QUEUED", stage: null, claimNo: 0, attempt: 0, maxAttempts: 5, progress: null },
        ...{ failCode: null, failReason: null, finishedAt: null },
      });
      expect([none, isDeleted, postVersion]).toEqual([null, false, 1]);
      const empty = { durationSeconds: null, warnings: [], playing: null, variants: [], isReplaced: false };
      expect(part).toStrictEqual({ fileIndex: 0, ...empty });
      expect(await persistence.encoderJobs.find(uuidV7(NOW))).toBeNull();
      expect(await persistence.encoderJobs.ofPost(job.videoPostId)).toStrictEqual(await found(job));
      expect(await persistence.encoderJobs.ofPost("another")).toBeNull();
      const post = await reload(persistence, job.videoPostId);
      expect(post).toMatchObject({ authorId: REQUEST.by, access: "PUBLIC", autoPublish: true, slug: job.slug });
    });

    it("is not saved without its post", async () => {
      const { videoPostId } = await created();
      const post = await reload(persistence, videoPostId);
      const stray = { ...(await found(await created())), jobId: uuidV7(NOW) };
      const {
        isDeleted: _,
        part: __,
        transcode: ___,
        encrypt: ____,
        metadata: _____,
        passthrough: ______,
        postVersion: _______,
        ...row
      } = stray;
      const stale = { ...post, version: post.version - 1 };
      const save = { from: stale, post: stale, events: [], jobs: [], encoderJob: row };
      expect(await persistence.posts.save(save, NOW)).toBe("conflict");
      expect(await persistence.encoderJobs.find(row.jobId)).toBeNull();
    });

    it("shows the progress of its transcode job", async () => {
      const job = await created();
      const { leaseToken } = await claim(persistence);
      const progress = {
        stage: "ENCODING",
        percent: 40,
        segments: { "1080p": 3 },
        plannedSegments: { "1080p": 9 },
      } as const;
      const beat = { leaseMs: 60_000, stage: "ENCODING", progress, now: NOW } as const;
      await persistence.jobs.heartbeat({ jobId: job.jobId, leaseToken, ...beat });
      const { transcode: running } = await found(job);
      expect(running).toMatchObject({ state: "RUNNING", stage: "ENCODING", claimNo: 1, progress });
    });

    it("shows its encrypt job, and then what plays with its variants", async () => {
      const job = await created();
      await transcode(persistence);
      const between = await found(job);
      expect(between.encrypt).toMatchObject({ state: "QUEUED" });
      expect([between.part.playing, encoderStatus(between)]).toEqual([null, "UPLOADING_TO_CLOUD_STORAGE"]);
      const keyVersion = await encrypt(persistence);
      const ended = await found(job);
      expect(ended.part).toMatchObject({ durationSeconds: 18, playing: { transcodeJobId: job.jobId, keyVersion } });
      expect(ended.part.variants).toStrictEqual(LADDER.map(variantOf));
      expect([ended.encrypt?.state, encoderStatus(ended)]).toEqual(["SUCCEEDED", "COMPLETED"]);
    });

    it("keeps its own encrypt job when its keys are rotated", async () => {
      const job = await created();
      await transcode(persistence);
      await encrypt(persistence);
      const before = await found(job);
      const rotation = await askForJob(persistence, job.videoPostId, "ENCRYPT", NOW + 1000);
      const during = await found(job);
      expect(during.encrypt?.jobId).not.toBe(rotation);
      expect(during.encrypt).toStrictEqual(before.encrypt);
      expect(encoderStatus(during)).toBe("COMPLETED");
    });

    it("is deleted with its post", async () => {
      const job = await created();
      const post = await reload(persistence, job.videoPostId);
      const deleted = { ...post, deletedAt: NOW };
      expect(await persistence.posts.save({ from: post, post: deleted, events: [], jobs: [] }, NOW)).toBe("saved");
      const ended = await found(job);
      expect([ended.isDeleted, encoderStatus(ended)]).toEqual([true, "CANCELLED"]);
    });
  });
}
