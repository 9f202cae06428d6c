import { beforeEach, describe, expect, it } from "vitest";
import { cancelJob } from "../../shared/application/commands/cancel-job.ts";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import { failJob } from "../../shared/application/commands/fail-job.ts";
import { scanJobs } from "../../shared/application/commands/scan-jobs.ts";
import type { ClaimedJob } from "../../shared/application/ports/job-store.ts";
import { STANDARD_JOB_RULES } from "../../shared/domain/transcode-job.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import { dump, type OpenPersistence, type TestPersistence } from "./persistence.ts";
import {
  askForJob,
  claim,
  LEASE_MS,
  NOW,
  onlyPart,
  publishPost,
  reload,
  savePost,
  transcode,
  tryClaim,
} from "./steps.ts";

const rules = STANDARD_JOB_RULES;
const { maxAttempts, firstBackoffMs, longestBackoffMs } = rules;

export function describeFailingJobs(name: string, open: OpenPersistence): void {
  let persistence: TestPersistence;
  const scan = (now: number) => scanJobs({ ...persistence, rules }, now);
  const fail = ({ job, leaseToken }: ClaimedJob, permanent: boolean, now = NOW) =>
    failJob(
      { ...persistence, rules, random: () => 0.5 },
      job,
      leaseToken,
      { code: "encoder-failed", reason: "It broke.", permanent },
      now,
    );
  const failVerification = ({ job, leaseToken }: ClaimedJob, reason: string, now: number) =>
    failJob(
      { ...persistence, rules, random: () => 0.5 },
      job,
      leaseToken,
      { code: "media-check-failed", reason, permanent: false, verification: true },
      now,
    );

  describe(`${name}: a job that fails`, () => {
    beforeEach(async () => {
      persistence = await open();
    });

    it("waits and is retried after a transient failure; its post stays in processing", async () => {
      const { id } = await savePost(persistence);
      const outcome = await fail(await claim(persistence), false);
      const runAfter = NOW + firstBackoffMs * 0.75;
      expect(outcome).toEqual({ kind: "retry", runAfter });
      const post = await reload(persistence, id);
      expect(post.status).toBe("TRANSCODING");
      expect(onlyPart(post)).toMatchObject({
        transferResult: "TRANSCODING",
        updateType: "HAS_UPDATE",
        failCode: null,
        failReason: null,
      });
      expect(await scan(runAfter)).toMatchObject({ requeued: 1, created: 0, exhausted: 0 });
      expect((await claim(persistence, { now: runAfter })).job.attempt).toBe(2);
    });

    it("ends at once after a permanent failure, with the reason on its post", async () => {
      const { id } = await savePost(persistence);
      const claimed = await claim(persistence);
      expect(await fail(claimed, true)).toEqual({ kind: "failed" });
      expect(await persistence.jobs.find(claimed.job.jobId)).toMatchObject({
        state: "FAILED",
        failCode: "encoder-failed",
        failReason: "It broke.",
      });
      const post = await reload(persistence, id);
      expect(post.status).toBe("TRANSCODE_FAILED");
      expect(onlyPart(post)).toMatchObject({
        transferResult: "FAILED",
        updateType: "HAS_UPDATE",
        failCode: "encoder-failed",
        failReason: "It broke.",
      });
      expect(await scan(NOW + 2 * longestBackoffMs)).toMatchObject({ requeued: 0, created: 0, exhausted: 0 });
      expect(await tryClaim(persistence, { now: NOW + 2 * longestBackoffMs })).toBeNull();
    });

    it("ends with its last attempt", async () => {
      const { id } = await savePost(persistence);
      let at = NOW;
      for (let attempt = 1; attempt < maxAttempts; attempt++) {
        expect(await fail(await claim(persistence, { now: at }), false, at)).toMatchObject({ kind: "retry" });
        at += longestBackoffMs;
        await scan(at);
      }
      expect(await fail(await claim(persistence, { now: at }), false, at)).toEqual({ kind: "failed" });
      expect((await reload(persistence, id)).status).toBe("TRANSCODE_FAILED");
    });

    describe("whose result does not pass its verification", () => {
      const CUT = "Segment 1 of 1080p is cut off.";
      /** Each attempt is claimed when the wait of the one before is over. */
      const attempts = async (
        failures: readonly ((claimed: ClaimedJob, now: number) => Promise<{ kind: string }>)[],
      ) => {
        const kinds: string[] = [];
        for (const [n, failure] of failures.entries()) {
          const at = NOW + n * longestBackoffMs;
          await scan(at);
          kinds.push((await failure(await claim(persistence, { now: at }), at)).kind);
        }
        return kinds;
      };
      const verification = (reason: string) => (claimed: ClaimedJob, now: number) =>
        failVerification(claimed, reason, now);
      const passing = (claimed: ClaimedJob, now: number) => fail(claimed, false, now);
      const lost = async () => ({ kind: "lost" });

      it("ends at the second attempt with the same reason", async () => {
        const { id } = await savePost(persistence);
        expect(await attempts([verification(CUT), verification(CUT)])).toEqual(["retry", "failed"]);
        expect(onlyPart(await reload(persistence, id))).toMatchObject({
          transferResult: "FAILED",
          failCode: "media-check-failed",
          failReason: CUT,
        });
      });

      it("remembers the reason over a network fault and a lost lease in between", async () => {
        await savePost(persistence);
        const kinds = await attempts([verification(CUT), passing, lost, verification(CUT)]);
        expect(kinds).toEqual(["retry", "retry", "lost", "failed"]);
      });

      it("is retried when the reason differs", async () => {
        await savePost(persistence);
        const kinds = await attempts([verification(CUT), verification("1080p is empty."), passing]);
        expect(kinds).toEqual(["retry", "retry", "retry"]);
      });
    });

    it("is failed by the scan when its processors stopped answering in every attempt", async () => {
      const { id } = await savePost(persistence);
      let at = NOW;
      for (let attempt = 1; attempt < maxAttempts; attempt++) {
        await claim(persistence, { now: at });
        at += LEASE_MS + 1;
        expect(await scan(at)).toMatchObject({ requeued: 1, exhausted: 0 });
      }
      const { job } = await claim(persistence, { now: at });
      expect(await scan(at + LEASE_MS)).toMatchObject({ requeued: 0, exhausted: 0 });
      expect(await scan(at + LEASE_MS + 1)).toMatchObject({ requeued: 0, exhausted: 1, created: 0 });
      const reason = `The processor stopped answering, in all of ${maxAttempts} attempts.`;
      expect(await persistence.jobs.find(job.jobId)).toMatchObject({ state: "FAILED", failReason: reason });
      const post = await reload(persistence, id);
      expect(post.status).toBe("TRANSCODE_FAILED");
      expect(onlyPart(post)).toMatchObject({ transferResult: "FAILED", updateType: "HAS_UPDATE", failReason: reason });
    });

    it("changes nothing when its lease is lost, whether the failure is transient or permanent", async () => {
      await savePost(persistence);
      const claimed = await claim(persistence);
      await persistence.jobs.requeueDue(NOW + LEASE_MS + 1);
      const before = await dump(persistence);
      expect(await fail(claimed, false)).toEqual({ kind: "lease-lost" });
      expect(await fail(claimed, true)).toEqual({ kind: "lease-lost" });
      expect(await dump(persistence)).toStrictEqual(before);
    });

    it("leaves the clear renditions when it is the encryption that fails", async () => {
      const { id } = await savePost(persistence);
      await transcode(persistence);
      const { clear } = onlyPart(await reload(persistence, id));
      expect(await fail(await claim(persistence, { kinds: ["ENCRYPT"] }), true)).toEqual({ kind: "failed" });
      const post = await reload(persistence, id);
      expect(post.status).toBe("TRANSCODE_FAILED");
      expect(onlyPart(post)).toMatchObject({ transferResult: "SUCCESS", encryptStatus: "FAILED", clear });
      expect(await scan(NOW + 1)).toMatchObject({ created: 0 });
    });

    it("leaves a part that plays as it is: only the job has failed", async () => {
      const before = await publishPost(persistence);
      const jobId = await askForJob(persistence, before.id, "ENCRYPT");
      expect(await fail(await claim(persistence), true)).toEqual({ kind: "failed" });
      expect(await persistence.jobs.find(jobId)).toMatchObject({ state: "FAILED" });
      const after = await reload(persistence, before.id);
      expect(after.status).toBe("PUBLISHED");
      const { failCode, failReason, updateType, ...part } = onlyPart(after);
      expect({ failCode, failReason, updateType }).toEqual({
        failCode: "encoder-failed",
        failReason: "It broke.",
        updateType: "HAS_UPDATE",
      });
      expect(onlyPart(before)).toMatchObject(part);
    });
  });

  describe(`${name}: the scan`, () => {
    beforeEach(async () => {
      persistence = await open();
    });

    const jobsOf = (videoPostId: string) => persistence.jobs.list({ videoPostId, limit: 100 });

    it("creates the job of a part that has none, once, though 20 scans run at once", async () => {
      const { id } = await savePost(persistence, { withJobs: false });
      const reports = await Promise.all(Array.from({ length: 20 }, () => scan(NOW)));
      expect(reports.reduce((sum, { created }) => sum + created, 0)).toBe(1);
      expect(await jobsOf(id)).toMatchObject([{ kind: "TRANSCODE", state: "QUEUED", maxAttempts, runAfter: NOW }]);
    });

    it("creates the ENCRYPT job of a part that was transcoded and has none", async () => {
      const post = await savePost(persistence, { withJobs: false });
      const part = {
        ...onlyPart(post),
        transferResult: "SUCCESS",
        clear: { prefix: "p/", transcodeJobId: "job" },
      } as const;
      await persistence.posts.save({ from: post, post: { ...post, files: [part] }, events: [], jobs: [] }, NOW);
      expect(await scan(NOW)).toMatchObject({ created: 1 });
      expect(await jobsOf(post.id)).toMatchObject([{ kind: "ENCRYPT", state: "QUEUED" }]);
    });

    it("does not restart a cancelled job", async () => {
      const { id } = await savePost(persistence);
      const [job] = await jobsOf(id);
      await cancelJob(persistence, job!.jobId, "tester", NOW);
      expect(await scan(NOW)).toMatchObject({ created: 0 });
      expect(await jobsOf(id)).toMatchObject([{ state: "CANCELLED" }]);
    });

    it("lists parts that wait for a job, up to the limit", async () => {
      const posts = [
        await savePost(persistence, { withJobs: false }),
        await savePost(persistence, { withJobs: false }),
      ];
      await savePost(persistence);
      const waiting = await persistence.pending.listTranscodingVideoPosts(10);
      expect(waiting.map((part) => part.videoPostId).toSorted()).toEqual(posts.map((post) => post.id).toSorted());
      const [part] = waiting;
      const post = posts.find(({ id }) => id === part?.videoPostId)!;
      expect(part).toEqual({ videoPostId: post.id, fileId: onlyPart(post).id, fileIndex: 0, updateType: "HAS_UPDATE" });
      expect(await persistence.pending.listTranscodingVideoPosts(1)).toHaveLength(1);
      expect(await persistence.pending.listEncryptPendingVideoPosts(10)).toEqual([]);
    });

    describe("that was overtaken since it looked", () => {
      const createMissing = (post: Awaited<ReturnType<typeof savePost>>) => {
        const part = {
          jobId: uuidV7(NOW),
          videoPostId: post.id,
          fileId: onlyPart(post).id,
          kind: "TRANSCODE",
        } as const;
        return persistence.jobs.createMissing([part], NOW, rules);
      };

      it("leaves a job that was created and claimed meanwhile, and its part taken", async () => {
        const post = await savePost(persistence);
        await claim(persistence);
        const before = await dump(persistence);
        expect(await createMissing(post)).toBe(0);
        expect(await dump(persistence)).toStrictEqual(before);
      });

      it("creates none for a part that was completed, failed or deleted meanwhile", async () => {
        const completed = await savePost(persistence);
        await transcode(persistence);
        const failed = await savePost(persistence);
        await fail(await claim(persistence, { kinds: ["TRANSCODE"] }), true);
        const deleted = await savePost(persistence, { withJobs: false });
        await deleteVideoPost(persistence.posts, { videoPostId: deleted.id, seenVersion: null }, "tester", NOW);
        const before = await dump(persistence);
        for (const post of [completed, failed, deleted]) expect(await createMissing(post)).toBe(0);
        expect(await dump(persistence)).toStrictEqual(before);
      });
    });

    it("creates jobs for 150 parts in one go", async () => {
      const post = await savePost(persistence, { withJobs: false, parts: 150 });
      const parts = post.files.map((file) => {
        return { jobId: uuidV7(NOW), videoPostId: post.id, fileId: file.id, kind: "TRANSCODE" as const };
      });
      expect(await persistence.jobs.createMissing(parts, NOW, rules)).toBe(150);
      expect(await persistence.jobs.createMissing([], NOW, rules)).toBe(0);
    });
  });
}
