import { beforeEach, describe, expect, it } from "vitest";
import { failJob } from "../../shared/application/commands/fail-job.ts";
import { scanJobs } from "../../shared/application/commands/scan-jobs.ts";
import type { ClaimedJob } from "../../shared/application/ports/job-store.ts";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
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
}
