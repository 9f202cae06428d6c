import { beforeEach, describe, expect, it } from "vitest";
import { cancelEncoderJob } from "../../shared/application/commands/cancel-encoder-job.ts";
import { createEncoderJob } from "../../shared/application/commands/create-encoder-job.ts";
import { failJob } from "../../shared/application/commands/fail-job.ts";
import type { EncoderJobFilter, EncoderJobQuery } from "../../shared/application/ports/encoder-jobs.ts";
import { ENCODER_STATUSES, encoderStatus } from "../../shared/domain/encoder/encoder-job.ts";
import { JOB_STAGES, STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { claim, encrypt, LEASE_MS, NOW, reload, transcode, vault } from "./steps.ts";

const SOURCE = { source: { kind: "url", url: "https://r2.example.com/a.mp4" }, fileName: "a.mp4" } as const;

export function describeEncoderJobList(name: string, open: OpenPersistence): void {
  describe(`${name}: the list of encoder jobs`, () => {
    let persistence: TestPersistence;
    let at: number;
    beforeEach(async () => {
      persistence = await open();
      at = NOW;
    });

    async function created(more: object = {}): Promise<string> {
      at += 1000;
      const part = { ...SOURCE, fileSize: null, durationSeconds: null };
      const texts = {
        title: "A film",
        resourceType: "VIDEO",
        access: "PUBLIC",
        metadata: {},
        passthrough: null,
      } as const;
      const input = { ...texts, by: "api-key:1", webhookUrl: null, part, ...more };
      const outcome = await createEncoderJob({ posts: persistence.posts, vault }, input, at);
      if (outcome.kind !== "created") throw new Error(outcome.refusal.kind);
      return outcome.job.jobId;
    }

    const page = (query: Partial<EncoderJobQuery> = {}) =>
      persistence.encoderJobs.list({ filter: {}, order: "newest-first", after: null, limit: 50, ...query });
    const ids = async (filter: EncoderJobFilter, order: EncoderJobQuery["order"] = "newest-first") =>
      (await page({ filter, order })).items.map(({ jobId }) => jobId);

    it("has every job once, page by page, in both directions", async () => {
      const made = [await created(), await created(), await created(), await created(), await created()];
      for (const order of ["newest-first", "oldest-first"] as const) {
        const seen: string[] = [];
        for (let after: string | null = null; ; ) {
          const { items, next } = await page({ order, after, limit: 2 });
          seen.push(...items.map(({ jobId }) => jobId));
          if (next === null) break;
          after = next;
        }
        expect(seen).toEqual(order === "oldest-first" ? made : made.toReversed());
      }
    });

    it("is filtered by slug, type, caller and time, together or apart", async () => {
      const film = await created();
      const song = await created({ title: "A song", resourceType: "AUDIO" });
      const other = await created({ by: "api-key:2" });
      expect(await ids({ slug: "a-film" })).toEqual([other, film]);
      expect(await ids({ resourceType: "AUDIO" })).toEqual([song]);
      expect(await ids({ callerId: "api-key:2" })).toEqual([other]);
      expect(await ids({ slug: "a-film", callerId: "api-key:1", resourceType: "VIDEO" })).toEqual([film]);
      expect(await ids({ createdFrom: NOW + 2000 })).toEqual([other, song]);
      expect(await ids({ createdFrom: NOW + 1000, createdBefore: NOW + 3000 })).toEqual([song, film]);
      const range = { createdFrom: NOW + 2000, createdBefore: NOW + 3000, slug: "a-song" };
      expect(await ids(range, "oldest-first")).toEqual([song]);
    });

    it("leaves out a job whose post is deleted", async () => {
      const [kept, dropped] = [await created(), await created()];
      const { videoPostId } = (await persistence.encoderJobs.find(dropped))!;
      const post = await reload(persistence, videoPostId);
      await persistence.posts.save({ from: post, post: { ...post, deletedAt: at }, events: [], jobs: [] }, at);
      expect(await ids({})).toEqual([kept]);
    });

    it("finds the job of a post", async () => {
      const jobId = await created();
      const { videoPostId } = (await persistence.encoderJobs.find(jobId))!;
      expect((await persistence.encoderJobs.ofPost(videoPostId))?.jobId).toBe(jobId);
      expect(await persistence.encoderJobs.ofPost(jobId)).toBeNull();
    });

    /** Leaves one job in each state that a job can be in. */
    async function everyState(): Promise<void> {
      await created();
      await transcode(persistence, at);
      await encrypt(persistence, at);
      await created();
      const failed = await claim(persistence, { now: at });
      const failure = { code: "internal", reason: "It broke.", permanent: true, verification: false } as const;
      await failJob(
        { ...persistence, rules: STANDARD_JOB_RULES, random: () => 0 },
        failed.job,
        failed.leaseToken,
        failure,
        at,
      );
      await cancelEncoderJob(persistence, await created(), "tester", at);
      for (const stage of [null, ...JOB_STAGES]) {
        await created();
        const { job, leaseToken } = await claim(persistence, { now: at });
        const progress = { stage: stage ?? "DOWNLOADING", percent: 1 } as const;
        if (stage === null) continue;
        await persistence.jobs.heartbeat({ jobId: job.jobId, leaseToken, now: at, leaseMs: LEASE_MS, stage, progress });
      }
      await created();
      await transcode(persistence, at);
      await claim(persistence, { kinds: ["ENCRYPT"], now: at });
      await created();
      await transcode(persistence, at);
      await cancelEncoderJob(persistence, (await page({ limit: 1 })).items[0]!.jobId, "tester", at);
      await created();
      await transcode(persistence, at);
      await created();
    }

    it("is filtered by the status that each job shows", async () => {
      await everyState();
      const { items } = await page();
      const shown = new Set(items.map((job) => encoderStatus(job)));
      expect([...shown].toSorted()).toEqual([...ENCODER_STATUSES].toSorted());
      for (const status of ENCODER_STATUSES) {
        const expected = items.filter((job) => encoderStatus(job) === status).map(({ jobId }) => jobId);
        expect([status, await ids({ status })]).toEqual([status, expected]);
      }
    });
  });
}
