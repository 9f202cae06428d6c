import { beforeEach, describe, expect, it } from "vitest";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import {
  askForJob,
  claim,
  encrypt,
  fenceOf,
  LEASE_MS,
  NOW,
  onlyPart,
  publishPost,
  reload,
  savePost,
  transcode,
  tryClaim,
} from "./steps.ts";

export function describeClaims(name: string, open: OpenPersistence): void {
  describe(`${name}: a claim`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    it("returns null if nothing is due", async () => {
      expect(await tryClaim(persistence)).toBeNull();
    });

    it("starts the attempt, holds the lease and takes the part", async () => {
      const post = await savePost(persistence);
      const leaseToken = secretId();
      const { job } = await claim(persistence, { leaseToken, owner: "host-1:42", now: NOW + 3, leaseMs: 500 });
      expect(job).toMatchObject({
        videoPostId: post.id,
        fileId: onlyPart(post).id,
        kind: "TRANSCODE",
        state: "RUNNING",
        attempt: 1,
        maxAttempts: STANDARD_JOB_RULES.maxAttempts,
        claimNo: 1,
        leaseOwner: "host-1:42",
        leaseExpiresAt: NOW + 503,
        startedAt: NOW + 3,
        finishedAt: null,
        stage: null,
        progress: null,
        failCode: null,
        failReason: null,
        cancelRequested: false,
      });
      expect(onlyPart(await reload(persistence, post.id)).updateType).toBe("NO_UPDATE");
    });

    it("never shows the lease token to those who read jobs", async () => {
      const post = await savePost(persistence);
      const { job, leaseToken } = await claim(persistence);
      const shown = [
        job,
        await persistence.jobs.find(job.jobId),
        await persistence.jobs.list({ videoPostId: post.id, limit: 1 }),
      ];
      expect(JSON.stringify(shown)).not.toContain(leaseToken);
    });

    it("gives the job that has been due for longest", async () => {
      await savePost(persistence, { now: NOW - 10 });
      const oldest = await savePost(persistence, { now: NOW - 30 });
      await savePost(persistence, { now: NOW - 20 });
      expect((await claim(persistence)).job.videoPostId).toBe(oldest.id);
    });

    it("gives no job before its time, and gives it at its time", async () => {
      await savePost(persistence, { now: NOW });
      expect(await tryClaim(persistence, { now: NOW - 1 })).toBeNull();
      expect(await tryClaim(persistence, { now: NOW })).not.toBeNull();
    });

    it("returns only jobs of the requested kinds", async () => {
      await savePost(persistence);
      expect(await tryClaim(persistence, { kinds: ["ENCRYPT"] })).toBeNull();
      expect((await claim(persistence, { kinds: ["TRANSCODE", "ENCRYPT"] })).job.kind).toBe("TRANSCODE");
    });

    it("returns the same job when it is repeated with the same token after a lost reply", async () => {
      await savePost(persistence, { parts: 3 });
      const leaseToken = secretId();
      const first = await claim(persistence, { leaseToken });
      expect(await claim(persistence, { leaseToken, now: NOW + 10 })).toStrictEqual(first);
    });

    it("takes one job once when it is sent 20 times at once with the same token", async () => {
      await savePost(persistence, { parts: 3 });
      const leaseToken = secretId();
      const answers = await Promise.all(Array.from({ length: 20 }, () => claim(persistence, { leaseToken })));
      expect(new Set(answers.map(({ job }) => job.jobId)).size).toBe(1);
      expect(answers.every(({ job }) => job.attempt === 1 && job.claimNo === 1)).toBe(true);
      const states = (await persistence.rows("video_transcode_job")).map((row) => row.state);
      expect(states.toSorted()).toEqual(["QUEUED", "QUEUED", "RUNNING"]);
    });

    it("gives each of 20 claimers one of 20 jobs when all claim at once", async () => {
      await savePost(persistence, { parts: 20 });
      const claimed = await Promise.all(Array.from({ length: 20 }, () => tryClaim(persistence)));
      expect(new Set(claimed.map((each) => each?.job.jobId ?? null)).size).toBe(20);
      expect(claimed).not.toContain(null);
    });

    it("finds a due job while its post is saved", async () => {
      const { id } = await savePost(persistence);
      for (let round = 0; round < 25; round++) {
        const post = await reload(persistence, id);
        const [claimed, outcome] = await Promise.all([
          claim(persistence),
          persistence.posts.save({ from: post, post, events: [], jobs: [] }, NOW),
        ]);
        expect(outcome).toBe("saved");
        await persistence.jobs.release({ ...fenceOf(claimed), now: NOW });
      }
    });

    it("gives a named job to one of 20 claimers, and to all who send the same token", async () => {
      const post = await savePost(persistence);
      const [job] = await persistence.jobs.list({ videoPostId: post.id, limit: 1 });
      const named = (leaseToken: string) =>
        persistence.jobs.claimOne({ jobId: job!.jobId, leaseToken, owner: "tester", now: NOW, leaseMs: LEASE_MS });
      const tokens = Array.from({ length: 10 }, () => secretId());
      const answers = await Promise.all([...tokens, ...tokens].map(named));
      const holders = answers.filter((answer) => answer !== null);
      expect(holders).toHaveLength(2);
      expect(holders[0]).toStrictEqual(holders[1]);
      expect(holders[0]?.job).toMatchObject({ attempt: 1, claimNo: 1 });
    });

    it("gives no second job to a token whose job has succeeded", async () => {
      await savePost(persistence, { parts: 1 });
      await transcode(persistence);
      const [row] = (await persistence.rows("video_transcode_job")).filter((job) => job.state === "SUCCEEDED");
      expect(await tryClaim(persistence, { leaseToken: String(row?.lease_token) })).toBeNull();
    });

    it("gives each of 200 jobs to exactly one of 20 claimers, although every third reply is lost", async () => {
      await savePost(persistence, { parts: 200 });
      const claimed: string[] = [];
      const claimer = async () => {
        for (let round = 0; ; round++) {
          const leaseToken = secretId();
          if (round % 3 === 0) await tryClaim(persistence, { leaseToken });
          const answer = await tryClaim(persistence, { leaseToken });
          if (answer === null) return;
          claimed.push(answer.job.jobId);
        }
      };
      await Promise.all(Array.from({ length: 20 }, claimer));
      expect(claimed).toHaveLength(200);
      expect(new Set(claimed).size).toBe(200);
      const rows = await persistence.rows("video_transcode_job");
      expect(rows.every((row) => row.state === "RUNNING" && row.attempt === 1 && row.claim_no === 1)).toBe(true);
    });

    it("counts the attempt, which a clean stop returns, and its number, which nothing returns", async () => {
      const post = await savePost(persistence);
      const first = await claim(persistence);
      const { jobId } = first.job;
      expect(await persistence.jobs.release({ jobId, leaseToken: first.leaseToken, now: NOW + 1 })).toBe(true);
      expect(await persistence.jobs.find(jobId)).toMatchObject({
        state: "QUEUED",
        attempt: 0,
        claimNo: 1,
        runAfter: NOW + 1,
      });
      expect(onlyPart(await reload(persistence, post.id)).updateType).toBe("HAS_UPDATE");
      const second = await claim(persistence, { now: NOW + 1 });
      expect(second.job).toMatchObject({ jobId, attempt: 1, claimNo: 2, startedAt: NOW });
    });

    it("counts the attempt of a holder that was killed", async () => {
      await savePost(persistence);
      await claim(persistence);
      const later = NOW + LEASE_MS + 1;
      await persistence.jobs.requeueDue(later);
      expect((await claim(persistence, { now: later })).job).toMatchObject({ attempt: 2, claimNo: 2 });
    });

    it("continues its numbers in the next job of the same part and kind, so that no prefix repeats", async () => {
      const { id } = await publishPost(persistence);
      await askForJob(persistence, id, "ENCRYPT");
      expect((await claim(persistence)).job).toMatchObject({ kind: "ENCRYPT", claimNo: 2, attempt: 1 });
    });

    it("numbers the claims of each part and of each kind apart", async () => {
      const post = await publishPost(persistence);
      await savePost(persistence);
      expect((await claim(persistence)).job.claimNo).toBe(1);
      const jobs = await persistence.jobs.list({ videoPostId: post.id, limit: 9 });
      expect(jobs.map(({ kind, claimNo }) => [kind, claimNo]).toSorted()).toEqual([
        ["ENCRYPT", 1],
        ["TRANSCODE", 1],
      ]);
      await askForJob(persistence, post.id, "TRANSCODE");
      expect((await claim(persistence)).job).toMatchObject({ kind: "TRANSCODE", claimNo: 2 });
    });

    it("leads from upload to playback, job by job", async () => {
      const { id } = await savePost(persistence);
      await transcode(persistence);
      expect(await encrypt(persistence)).toBe(1);
      expect(await tryClaim(persistence, { now: NOW + 1e9 })).toBeNull();
      expect(await reload(persistence, id)).toMatchObject({ status: "PUBLISHED", durationSeconds: 18, version: 4 });
    });
  });
}
