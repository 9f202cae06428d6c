import { beforeEach, describe, expect, it } from "vitest";
import { cancelJob } from "../../shared/application/commands/cancel-job.ts";
import { failForGood } from "../../shared/application/commands/fail-job.ts";
import { OVERVIEW_LIMITS, type OverviewLimits } from "../../shared/application/ports/overview-figures.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { claim, fenceOf, NOW, onlyPart, publishPost, savePost } from "./steps.ts";

const HOUR_MS = 3_600_000;
const SECOND = 1000;
const FROM = NOW - 23 * HOUR_MS;

type EndedJob = {
  readonly kind?: string;
  readonly state?: string;
  readonly failCode?: string | null;
  readonly dueAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number;
};

export function describeOverview(name: string, open: OpenPersistence): void {
  describe(`${name}: the overview`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const read = (limits: Partial<OverviewLimits> = {}, from = FROM, now = NOW + HOUR_MS) =>
      persistence.overview.read({ now, from, limits: { ...OVERVIEW_LIMITS, ...limits } });

    const insert = async (jobs: readonly EndedJob[]) => {
      const text = (value: string | null) => (value === null ? "NULL" : `'${value}'`);
      const rows = jobs.map((job) => {
        const { kind = "TRANSCODE", state = "SUCCEEDED", failCode = null, dueAt, startedAt, finishedAt } = job;
        return `(${text(uuidV7(dueAt))}, 'p', 'f', ${text(kind)}, ${text(state)}, 1, 1, 5, ${dueAt}, false, ${dueAt},
          ${startedAt ?? "NULL"}, ${finishedAt}, ${finishedAt}, ${text(failCode)}, 'It broke.')`;
      });
      await persistence.execute(`INSERT INTO video_transcode_job (job_id, video_post_id, file_id, kind, state, claim_no,
        attempt, max_attempts, run_after, cancel_requested, created_at, started_at, finished_at, updated_at, fail_code,
        fail_reason) VALUES ${rows.join(", ")}`);
    };

    it("is empty without jobs, launches and posts", async () => {
      expect(await read()).toEqual({
        jobs: { completeFrom: FROM, byHour: [], failures: [], times: [] },
        queue: { counts: { QUEUED: 0, RUNNING: 0, RETRY_WAIT: 0, FAILED: 0 }, oldest: null },
        launches: { completeFrom: FROM, byState: [], reasons: [] },
        storage: {
          ...{ posts: 0, isComplete: true, sourceBytes: 0, clearBytes: 0, encryptedBytes: 0 },
          largestPosts: [],
        },
      });
    });

    it("counts jobs by the hour of their end, their kind and their outcome, and failures by their code", async () => {
      await publishPost(persistence, NOW);
      const failing = await claim(persistence, { now: (await savePost(persistence, { now: NOW + 1 })).createdAt });
      const failure = { code: "source-empty", reason: "The source has no bytes." } as const;
      await failForGood(persistence, failing.job, fenceOf(failing), failure, NOW + HOUR_MS);
      const { id } = await savePost(persistence, { now: NOW + 2 });
      const [waiting] = await persistence.jobs.list({ videoPostId: id, limit: 1 });
      await cancelJob(persistence, waiting!.jobId, "tester", NOW + HOUR_MS);
      const ended = { dueAt: NOW, startedAt: NOW, finishedAt: NOW + 2 };
      // A row of a release without codes, and one that ended too early.
      await insert([
        { ...ended, kind: "ENCRYPT", state: "FAILED" },
        { ...ended, finishedAt: FROM - 1 },
      ]);
      const { jobs } = await read();
      expect(jobs.byHour).toEqual([
        { hour: NOW, kind: "ENCRYPT", state: "FAILED", count: 1 },
        { hour: NOW, kind: "ENCRYPT", state: "SUCCEEDED", count: 1 },
        { hour: NOW, kind: "TRANSCODE", state: "SUCCEEDED", count: 1 },
        { hour: NOW + HOUR_MS, kind: "TRANSCODE", state: "CANCELLED", count: 1 },
        { hour: NOW + HOUR_MS, kind: "TRANSCODE", state: "FAILED", count: 1 },
      ]);
      expect(jobs.failures).toEqual([
        { kind: "TRANSCODE", failCode: "source-empty", count: 1 },
        { kind: "ENCRYPT", failCode: "unclassified", count: 1 },
      ]);
      expect(jobs.completeFrom).toBe(FROM);
    });

    it("gives the times of jobs by their nearest rank, of first attempts and of successes alone", async () => {
      const jobs = Array.from({ length: 20 }, (_, n): EndedJob => {
        const startedAt = NOW + (n + 1) * SECOND;
        return { dueAt: NOW, startedAt, finishedAt: startedAt + 60 * (n + 1) * SECOND };
      });
      const failed = { ...jobs[0]!, state: "FAILED", failCode: "disk-full", startedAt: NOW + 20 * SECOND };
      // Due again after its first claim, and never claimed.
      const again = { ...jobs[0]!, dueAt: NOW + 2 * SECOND, startedAt: NOW + SECOND };
      const unclaimed = { ...jobs[0]!, state: "CANCELLED", startedAt: null };
      await insert([...jobs, failed, again, unclaimed]);
      const { times } = (await read()).jobs;
      expect(times).toEqual([
        { kind: "TRANSCODE", stage: "WAITING", jobs: 21, medianMs: 11 * SECOND, p95Ms: 20 * SECOND },
        { kind: "TRANSCODE", stage: "RUNNING", jobs: 21, medianMs: 600 * SECOND, p95Ms: 1140 * SECOND },
      ]);
    });

    it("counts the newest jobs alone where there are more than its limit, and says since when", async () => {
      await insert(Array.from({ length: 6 }, (_, n) => ({ dueAt: NOW, startedAt: NOW, finishedAt: NOW + n })));
      const { jobs } = await read({ endedJobs: 4 });
      expect(jobs).toMatchObject({ completeFrom: NOW + 2, byHour: [{ count: 4 }] });
      expect((await read({ endedJobs: 7 })).jobs).toMatchObject({ completeFrom: FROM, byHour: [{ count: 6 }] });
    });

    it("counts jobs that wait, run or failed, up to a limit, and names the one that is due for the longest time", async () => {
      await savePost(persistence, { now: NOW + 5 });
      const oldest = await savePost(persistence, { now: NOW });
      await savePost(persistence, { now: NOW + 3 * HOUR_MS });
      const ended = { dueAt: NOW, startedAt: NOW, finishedAt: FROM - HOUR_MS, state: "FAILED" };
      await insert([ended, ended, ended]);
      const { counts, oldest: named } = (await read()).queue;
      expect(counts).toEqual({ QUEUED: 3, RUNNING: 0, RETRY_WAIT: 0, FAILED: 3 });
      expect(named).toEqual({ jobId: expect.any(String), videoPostId: oldest.id, kind: "TRANSCODE", dueSince: NOW });
      await claim(persistence);
      expect((await read({ jobsInState: 2 })).queue).toMatchObject({
        counts: { QUEUED: 2, RUNNING: 1, RETRY_WAIT: 0, FAILED: 2 },
        oldest: { dueSince: NOW + 5 },
      });
    });

    it("counts launches by state and cause, with the most frequent words of the platform", async () => {
      for (let n = 0; n < 4; n++) await savePost(persistence, { now: NOW });
      const order = { platform: "local", regions: [], maxInFlight: 9, timeoutMs: HOUR_MS, rate: null };
      const launchIds = Array.from({ length: 4 }, () => uuidV7(NOW));
      const [first, second, third] = await persistence.launches.take({ launchIds, now: NOW, ...order });
      const refusal = { cause: "capacity", nextAt: NOW + HOUR_MS, now: NOW } as const;
      for (const { launchId } of [first!, second!])
        await persistence.launches.refused({ ...refusal, launchId, reason: "No room in fra." });
      await persistence.launches.refused({ ...refusal, launchId: third!.launchId, reason: "No room in ams." });
      const { launches } = await read();
      expect(launches).toEqual({
        completeFrom: FROM,
        byState: [
          { state: "REFUSED", cause: "capacity", count: 3 },
          { state: "STARTING", cause: null, count: 1 },
        ],
        reasons: [
          { reason: "No room in fra.", count: 2 },
          { reason: "No room in ams.", count: 1 },
        ],
      });
      expect((await read({ reasons: 1 })).launches.reasons).toHaveLength(1);
      expect((await read({ launches: 3 })).launches.completeFrom).toBe(NOW);
      expect((await read({}, NOW + 1)).launches.byState).toEqual([]);
    });

    it("adds the bytes of uploads, clear renditions and ciphertext of posts, the largest first", async () => {
      const ready = await publishPost(persistence);
      const deleted = await publishPost(persistence, NOW + 1);
      await persistence.execute(`UPDATE video_post SET deleted_at = 1 WHERE id = '${deleted.id}'`);
      const waiting = await savePost(persistence, { now: NOW + 2, parts: 2 });
      const [, file] = waiting.files;
      const uploadId = file!.source.kind === "upload" ? file!.source.uploadId : "";
      await persistence.execute(`INSERT INTO upload_session (upload_id, owner, size, "offset", temp_path, state, metadata,
        expires_at, created_at) VALUES ('${uploadId}', 'o', 70000, 70000, 't/', 'COMPLETE', '{}', 1, 1)`);
      const shown = { title: "A film", resourceType: "VIDEO" };
      expect(onlyPart(ready).playing).not.toBeNull();
      expect((await read()).storage).toEqual({
        ...{ posts: 2, isComplete: true, sourceBytes: 70_000, clearBytes: 6000, encryptedBytes: 6000 },
        largestPosts: [
          { ...shown, videoPostId: waiting.id, sourceBytes: 70_000, clearBytes: 0, encryptedBytes: 0 },
          { ...shown, videoPostId: ready.id, sourceBytes: 0, clearBytes: 6000, encryptedBytes: 6000 },
        ],
      });
      const one = (await read({ posts: 1, largestPosts: 5 })).storage;
      expect(one).toMatchObject({ posts: 1, isComplete: false, sourceBytes: 70_000, encryptedBytes: 0 });
      const listed = (await read({ largestPosts: 1 })).storage;
      expect(listed).toMatchObject({ posts: 2, encryptedBytes: 6000, largestPosts: [{ videoPostId: waiting.id }] });
    });
  });
}
