import { beforeEach, describe, expect, it } from "vitest";
import { cancelJob } from "../../shared/application/commands/cancel-job.ts";
import type { ClaimedJob, JobPage, JobPageQuery } from "../../shared/application/ports/job-store.ts";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import { dump, type OpenPersistence, type TestPersistence } from "./persistence.ts";
import { claim, LEASE_MS, NOW, onlyPart, reload, savePost, transcode, tryClaim } from "./steps.ts";

const PROGRESS = { stage: "ENCODING", percent: 12.5, fps: 50, segments: { "1080p": 3 } } as const;

export function describeHeldJobs(name: string, open: OpenPersistence): void {
  describe(`${name}: a job that is held`, () => {
    let persistence: TestPersistence;
    let held: ClaimedJob;
    let lease: { jobId: string; leaseToken: string };
    beforeEach(async () => {
      persistence = await open();
      await savePost(persistence);
      held = await claim(persistence);
      lease = { jobId: held.job.jobId, leaseToken: held.leaseToken };
    });

    const job = () => persistence.jobs.find(lease.jobId);
    const updateType = async () => onlyPart(await reload(persistence, held.job.videoPostId)).updateType;
    const beat = (now: number, more = {}) =>
      persistence.jobs.heartbeat({ ...lease, now, leaseMs: LEASE_MS, stage: "ENCODING", progress: PROGRESS, ...more });
    const cancel = (now: number) => cancelJob(persistence, lease.jobId, "tester", now);
    const loseLease = () => persistence.jobs.requeueDue(NOW + LEASE_MS + 1);

    it("is kept by its heartbeat, which says how far it is", async () => {
      expect(await beat(NOW + LEASE_MS)).toBe("held");
      expect(await job()).toMatchObject({ leaseExpiresAt: NOW + 2 * LEASE_MS, stage: "ENCODING", progress: PROGRESS });
      expect(await loseLease()).toBe(0);
      expect(await job()).toMatchObject({ state: "RUNNING" });
    });

    it("is written by its first heartbeat, then at most once in 3 seconds, and held in between", async () => {
      const next = { stage: "VERIFYING" };
      expect(await beat(NOW + 100)).toBe("held");
      expect(await job()).toMatchObject({ stage: "ENCODING", leaseExpiresAt: NOW + 100 + LEASE_MS });
      const before = await dump(persistence);
      expect(await beat(NOW + 100, next)).toBe("held");
      expect(await beat(NOW + 3_099, next)).toBe("held");
      expect(await dump(persistence)).toStrictEqual(before);
      expect(await beat(NOW + 3_100, next)).toBe("held");
      expect(await job()).toMatchObject({ stage: "VERIFYING", leaseExpiresAt: NOW + 3_100 + LEASE_MS });
    });

    it("is written by a heartbeat under rules that have shortened its lease", async () => {
      await beat(NOW + 100);
      expect(await beat(NOW + 200, { leaseMs: LEASE_MS / 2 })).toBe("held");
      expect(await job()).toMatchObject({ leaseExpiresAt: NOW + 200 + LEASE_MS / 2 });
    });

    it("ends at once when it is cancelled, and says so to its holder by the lease that it has", async () => {
      expect(await persistence.jobs.acknowledgeCancel({ ...lease, now: NOW })).toBe(false);
      expect(await cancel(NOW + 1)).toMatchObject({ kind: "done", value: "requested" });
      const ended = { state: "CANCELLED", cancelRequested: true, finishedAt: NOW + 1, leaseExpiresAt: null };
      expect(await job()).toMatchObject(ended);
      expect(await updateType()).toBe("HAS_UPDATE");
      expect(await beat(NOW + 2)).toBe("cancel");
      expect(await persistence.jobs.findByLease(lease.jobId, lease.leaseToken)).toMatchObject({ state: "CANCELLED" });
      expect(await persistence.jobs.acknowledgeCancel({ ...lease, leaseToken: "another", now: NOW })).toBe(false);
      expect(await persistence.jobs.acknowledgeCancel({ ...lease, now: NOW + 3 })).toBe(true);
      expect(await beat(NOW + 4)).toBe("lease-lost");
      expect(await job()).toMatchObject(ended);
      expect(await cancel(NOW + 5)).toMatchObject({ kind: "refused", refusal: { kind: "wrong-state" } });
    });

    it("is cancelled for good, whatever a holder does that has not yet heard of it", async () => {
      await cancel(NOW);
      const before = await dump(persistence);
      const wait = {
        ...lease,
        now: NOW,
        runAfter: NOW,
        code: "storage-unavailable" as const,
        reason: "network",
        failedVerification: null,
      };
      expect(await persistence.jobs.retryLater(wait)).toBe(false);
      expect(await persistence.jobs.release({ ...lease, now: NOW })).toBe(false);
      expect(await beat(NOW + 1)).toBe("cancel");
      const again = { leaseToken: held.leaseToken, owner: "tester", now: NOW, leaseMs: LEASE_MS };
      expect(await persistence.jobs.claim({ ...again, kinds: ["TRANSCODE"] })).toBeNull();
      expect(await persistence.jobs.claimOne({ ...again, jobId: lease.jobId })).toBeNull();
      expect(await persistence.jobs.requeueDue(NOW + 10 * LEASE_MS)).toBe(0);
      expect(await dump(persistence)).toStrictEqual(before);
    });

    it("is not ended as an orphan while its part exists", async () => {
      const before = await dump(persistence);
      expect(
        await persistence.jobs.failOrphan({ jobId: lease.jobId, code: "part-gone", reason: "gone", now: NOW }),
      ).toBe(false);
      expect(await dump(persistence)).toStrictEqual(before);
    });

    it("waits for its next attempt with the reason of the last", async () => {
      const runAfter = NOW + 30_000;
      expect(
        await persistence.jobs.retryLater({
          ...lease,
          now: NOW + 1,
          runAfter,
          code: "storage-unavailable",
          reason: "network",
          failedVerification: null,
        }),
      ).toBe(true);
      expect(await job()).toMatchObject({
        state: "RETRY_WAIT",
        runAfter,
        failCode: "storage-unavailable",
        failReason: "network",
        attempt: 1,
        leaseExpiresAt: null,
      });
      expect(await updateType()).toBe("HAS_UPDATE");
      expect(await tryClaim(persistence, { now: runAfter + 1 })).toBeNull();
      expect(await persistence.jobs.requeueDue(runAfter - 1)).toBe(0);
      expect(await persistence.jobs.requeueDue(runAfter)).toBe(1);
      const again = await claim(persistence, { now: runAfter });
      expect(again.job).toMatchObject({ attempt: 2, claimNo: 2, failCode: null, failReason: null });
    });

    it("can change nothing any more for a holder that lost it", async () => {
      await loseLease();
      const next = await claim(persistence, { now: NOW + LEASE_MS + 1 });
      expect(next.job.jobId).toBe(lease.jobId);
      const before = await dump(persistence);
      expect(await beat(NOW)).toBe("lease-lost");
      expect(
        await persistence.jobs.retryLater({
          ...lease,
          now: NOW,
          runAfter: NOW,
          code: "storage-unavailable",
          reason: "late",
          failedVerification: null,
        }),
      ).toBe(false);
      expect(await persistence.jobs.release({ ...lease, now: NOW })).toBe(false);
      expect(await persistence.jobs.acknowledgeCancel({ ...lease, now: NOW })).toBe(false);
      expect(await persistence.jobs.findByLease(lease.jobId, lease.leaseToken)).toBeNull();
      expect(await dump(persistence)).toStrictEqual(before);
    });

    it("accepts no heartbeat after it has ended or was released", async () => {
      await persistence.jobs.release({ ...lease, now: NOW });
      expect(await beat(NOW)).toBe("lease-lost");
      await transcode(persistence);
      expect(await beat(NOW)).toBe("lease-lost");
    });

    it("is found by its lease and by no other", async () => {
      expect((await persistence.jobs.findByLease(lease.jobId, lease.leaseToken))?.jobId).toBe(lease.jobId);
      expect(await persistence.jobs.findByLease(lease.jobId, "another")).toBeNull();
      await persistence.jobs.release({ ...lease, now: NOW });
      expect(await persistence.jobs.findByLease(lease.jobId, lease.leaseToken)).toBeNull();
    });

    it("returns to the queue when its lease expires, and not before", async () => {
      expect(await persistence.jobs.requeueDue(NOW + LEASE_MS)).toBe(0);
      expect(await job()).toMatchObject({ state: "RUNNING" });
      expect(await updateType()).toBe("NO_UPDATE");
      expect(await loseLease()).toBe(1);
      expect(await job()).toMatchObject({ state: "QUEUED", attempt: 1, leaseExpiresAt: null });
      expect(await updateType()).toBe("HAS_UPDATE");
    });

    it("is not disturbed when other jobs go back to the queue", async () => {
      await savePost(persistence);
      await claim(persistence, { leaseMs: 1 });
      expect(await persistence.jobs.requeueDue(NOW + 2)).toBe(1);
      expect(await job()).toMatchObject({ state: "RUNNING" });
      expect(await updateType()).toBe("NO_UPDATE");
    });

    it("is exhausted, and not requeued, when the lease of its last attempt expires", async () => {
      let at = NOW;
      for (let attempt = 2; attempt <= STANDARD_JOB_RULES.maxAttempts; attempt++) {
        at += LEASE_MS + 1;
        expect(await persistence.jobs.listExhausted(at, 10)).toEqual([]);
        expect(await persistence.jobs.requeueDue(at)).toBe(1);
        await claim(persistence, { now: at });
      }
      expect(await persistence.jobs.listExhausted(at + LEASE_MS, 10)).toEqual([]);
      at += LEASE_MS + 1;
      expect(await persistence.jobs.requeueDue(at)).toBe(0);
      expect((await persistence.jobs.listExhausted(at, 10)).map(({ jobId }) => jobId)).toEqual([lease.jobId]);
      expect(await persistence.jobs.listExhausted(at, 0)).toEqual([]);
    });
  });

  describe(`${name}: a job without a holder`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    it("is cancelled at once while it is queued, and can no longer be claimed", async () => {
      const post = await savePost(persistence);
      const [queued] = await persistence.jobs.list({ videoPostId: post.id, limit: 1 });
      const outcome = await cancelJob(persistence, queued!.jobId, "tester", NOW + 1);
      expect(outcome).toMatchObject({ kind: "done", value: "cancelled" });
      expect(await persistence.jobs.find(queued!.jobId)).toMatchObject({ state: "CANCELLED", finishedAt: NOW + 1 });
      expect(await tryClaim(persistence)).toBeNull();
    });

    it("is cancelled at once while it waits for its next attempt", async () => {
      await savePost(persistence);
      const { job, leaseToken } = await claim(persistence);
      await persistence.jobs.retryLater({
        jobId: job.jobId,
        leaseToken,
        now: NOW,
        runAfter: NOW,
        code: "storage-unavailable",
        reason: "network",
        failedVerification: null,
      });
      expect(await cancelJob(persistence, job.jobId, "tester", NOW)).toMatchObject({
        kind: "done",
        value: "cancelled",
      });
      expect(await persistence.jobs.requeueDue(NOW + 1)).toBe(0);
    });

    it("is unknown under an id that was never given", async () => {
      expect(await cancelJob(persistence, uuidV7(NOW), "tester", NOW)).toMatchObject({
        refusal: { kind: "not-found" },
      });
      expect(await persistence.jobs.find(uuidV7(NOW))).toBeNull();
    });

    it("is listed page by page, the newest first, under every filter", async () => {
      const first = await savePost(persistence, { now: NOW, parts: 3 });
      const second = await savePost(persistence, { now: NOW + 1, parts: 2 });
      await claim(persistence, { now: NOW + 1 });
      const all = (await persistence.jobs.list({ limit: 10 })).map(({ jobId }) => jobId);
      const pages = async (filter: JobPageQuery["filter"]) => {
        const found: string[] = [];
        let before: string | null = null;
        do {
          const page: JobPage = await persistence.jobs.page({ filter, before, limit: 2 });
          expect(page.items.length).toBeLessThanOrEqual(2);
          found.push(...page.items.map(({ jobId }) => jobId));
          before = page.next;
        } while (before !== null);
        return found;
      };
      const listed = async (filter: JobPageQuery["filter"]) =>
        (await persistence.jobs.list({ ...filter, limit: 10 })).map(({ jobId }) => jobId);
      expect(all).toHaveLength(5);
      expect(await pages({})).toEqual(all);
      for (const filter of [
        { videoPostId: first.id },
        { state: "QUEUED" as const },
        { kind: "TRANSCODE" as const },
        { videoPostId: second.id, state: "QUEUED" as const, kind: "TRANSCODE" as const },
        { kind: "ENCRYPT" as const, state: "QUEUED" as const },
      ]) {
        expect(await pages(filter), JSON.stringify(filter)).toEqual(await listed(filter));
      }
    });

    it("is listed by post and by state, the newest first", async () => {
      const first = await savePost(persistence, { now: NOW, parts: 2 });
      const second = await savePost(persistence, { now: NOW + 1 });
      await claim(persistence, { now: NOW });
      const posts = (jobs: readonly { videoPostId: string }[]) => jobs.map((job) => job.videoPostId);
      expect(posts(await persistence.jobs.list({ limit: 2 }))).toEqual([second.id, first.id]);
      expect(await persistence.jobs.list({ videoPostId: first.id, limit: 9 })).toHaveLength(2);
      expect(posts(await persistence.jobs.list({ state: "RUNNING", limit: 9 }))).toEqual([first.id]);
      expect(await persistence.jobs.list({ videoPostId: second.id, state: "RUNNING", limit: 9 })).toEqual([]);
    });
  });
}
