import { beforeEach, describe, expect, it } from "vitest";
import { cancelJob } from "../../shared/application/commands/cancel-job.ts";
import { failJob } from "../../shared/application/commands/fail-job.ts";
import { refreshVideoPostTranscodeStatus } from "../../shared/application/commands/refresh-video-post.ts";
import { retryJob } from "../../shared/application/commands/retry-job.ts";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { secretId, uuidV7 } from "../../shared/lib/random-id.ts";
import { dump, type OpenPersistence, type TestPersistence } from "./persistence.ts";
import {
  askForJob,
  claim,
  encrypt,
  LEASE_MS,
  NOW,
  onlyPart,
  publishPost,
  reload,
  savePost,
  transcode,
} from "./steps.ts";

/* What an operator's commands and the garbage collection ask of a database. */

export function describeOperatedJobs(name: string, open: OpenPersistence): void {
  describe(`${name}: requests of operators`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const claimOne = (jobId: string, more: { leaseToken?: string; now?: number } = {}) =>
      persistence.jobs.claimOne({
        jobId,
        leaseToken: secretId(),
        owner: "container",
        now: NOW,
        leaseMs: LEASE_MS,
        ...more,
      });
    const newestJob = async (videoPostId: string) => (await persistence.jobs.list({ videoPostId, limit: 1 }))[0]!;
    const fail = async (jobId: string, permanent: boolean) => {
      const { job, leaseToken } = (await claimOne(jobId))!;
      return failJob(
        { ...persistence, rules: STANDARD_JOB_RULES, random: () => 0.5 },
        job,
        leaseToken,
        { code: "encoder-failed", reason: "It broke.", permanent },
        NOW,
      );
    };

    describe("a claim of one job", () => {
      it("takes that job and no other, and marks its part as taken", async () => {
        const older = await savePost(persistence);
        const post = await savePost(persistence, { now: NOW + 1 });
        const { jobId } = await newestJob(post.id);
        const claimed = await claimOne(jobId, { now: NOW + 1 });
        expect(claimed?.job).toMatchObject({
          jobId,
          state: "RUNNING",
          attempt: 1,
          claimNo: 1,
          leaseOwner: "container",
        });
        expect(onlyPart(await reload(persistence, post.id)).updateType).toBe("NO_UPDATE");
        expect(await newestJob(older.id)).toMatchObject({ state: "QUEUED", attempt: 0 });
      });

      it("is granted to one of 20 concurrent claimers, and again to the one that lost the reply", async () => {
        const { jobId } = await newestJob((await savePost(persistence)).id);
        const tokens = Array.from({ length: 20 }, secretId);
        const claims = await Promise.all(tokens.map((leaseToken) => claimOne(jobId, { leaseToken })));
        const [winner, ...others] = claims.filter((each) => each !== null);
        expect(others).toEqual([]);
        expect(await claimOne(jobId, { leaseToken: winner!.leaseToken })).toEqual(winner);
      });

      it("needs no scan for a waiting time that is over or a lease that has expired", async () => {
        const { jobId } = await newestJob((await savePost(persistence)).id);
        const { runAfter } = (await fail(jobId, false)) as { runAfter: number };
        expect(await claimOne(jobId, { now: runAfter - 1 })).toBeNull();
        expect((await claimOne(jobId, { now: runAfter }))?.job).toMatchObject({ attempt: 2, claimNo: 2 });
        expect(await claimOne(jobId, { now: runAfter + LEASE_MS })).toBeNull();
        expect((await claimOne(jobId, { now: runAfter + LEASE_MS + 1 }))?.job).toMatchObject({
          attempt: 3,
          claimNo: 3,
        });
      });

      it("is refused for jobs that have ended, were cancelled, or have used up their attempts", async () => {
        const { jobId } = await newestJob((await savePost(persistence)).id);
        let at = NOW;
        for (let attempt = 1; attempt <= STANDARD_JOB_RULES.maxAttempts; attempt++) {
          expect(await claimOne(jobId, { now: at })).not.toBeNull();
          at += LEASE_MS + 1;
        }
        expect(await claimOne(jobId, { now: at })).toBeNull();
        const cancelled = await newestJob((await savePost(persistence)).id);
        await claimOne(cancelled.jobId);
        await cancelJob(persistence, cancelled.jobId, "tester", NOW);
        expect(await claimOne(cancelled.jobId, { now: at })).toBeNull();
        await savePost(persistence, { now: NOW + 2 });
        await transcode(persistence, NOW + 2);
        const [done] = await persistence.jobs.list({ state: "SUCCEEDED", kind: "TRANSCODE", limit: 9 });
        expect(await claimOne(done!.jobId, { now: at })).toBeNull();
        expect(await claimOne(uuidV7(NOW))).toBeNull();
      });
    });

    describe("an operator's retry", () => {
      it("is one save: the job waits with all its attempts, and its part is in processing", async () => {
        const { id } = await savePost(persistence);
        const { jobId } = await newestJob(id);
        await fail(jobId, true);
        const { version } = await reload(persistence, id);
        expect(await retryJob(persistence, jobId, "tester", NOW + 5)).toMatchObject({ kind: "done" });
        expect(await newestJob(id)).toMatchObject({
          ...{ jobId, state: "QUEUED", attempt: 0, claimNo: 1, runAfter: NOW + 5, failCode: null, failReason: null },
          ...{ leaseOwner: null, leaseExpiresAt: null, startedAt: null, finishedAt: null, cancelRequested: false },
        });
        const post = await reload(persistence, id);
        expect(post).toMatchObject({ status: "TRANSCODING", version: version + 1 });
        expect(onlyPart(post)).toMatchObject({ transferResult: "TRANSCODING", updateType: "HAS_UPDATE" });
        expect((await claim(persistence, { now: NOW + 5 })).job).toMatchObject({ jobId, attempt: 1, claimNo: 2 });
      });

      it("changes nothing when a newer job has taken the place of the old one", async () => {
        const { id } = await savePost(persistence);
        const { jobId } = await newestJob(id);
        await fail(jobId, true);
        await askForJob(persistence, id, "TRANSCODE", NOW + 1);
        const before = await dump(persistence);
        expect(await retryJob(persistence, jobId, "tester", NOW + 2)).toMatchObject({ kind: "refused" });
        expect(await dump(persistence)).toStrictEqual(before);
      });

      it("ignores newer jobs of the other kind", async () => {
        const post = await publishPost(persistence);
        const jobId = await askForJob(persistence, post.id, "TRANSCODE", NOW + 1);
        const { job, leaseToken } = (await claimOne(jobId, { now: NOW + 1 }))!;
        const failure = { code: "encoder-failed", reason: "It broke.", permanent: true } as const;
        await failJob(
          { ...persistence, rules: STANDARD_JOB_RULES, random: () => 0.5 },
          job,
          leaseToken,
          failure,
          NOW + 1,
        );
        await askForJob(persistence, post.id, "ENCRYPT", NOW + 2);
        expect(await retryJob(persistence, jobId, "tester", NOW + 3)).toMatchObject({ kind: "done" });
      });
    });

    describe("posts that have drifted", () => {
      it("are found, up to the limit, until they are refreshed", async () => {
        const posts = [await publishPost(persistence), await publishPost(persistence, NOW + 1)];
        const untouched = await savePost(persistence, { now: NOW + 2 });
        for (const { id } of posts) {
          const post = await reload(persistence, id);
          await persistence.posts.save(
            { from: post, post: { ...post, status: "TRANSCODING" }, events: [], jobs: [] },
            NOW + 3,
          );
        }
        const found = await persistence.pending.listDriftedVideoPosts(10);
        expect(found.toSorted()).toEqual(posts.map(({ id }) => id).toSorted());
        expect(found).not.toContain(untouched.id);
        expect(await persistence.pending.listDriftedVideoPosts(1)).toHaveLength(1);
        for (const id of found) await refreshVideoPostTranscodeStatus(persistence.posts, id, "tester", NOW + 4);
        expect(await persistence.pending.listDriftedVideoPosts(10)).toEqual([]);
        expect(await reload(persistence, posts[0]!.id)).toMatchObject({ status: "PUBLISHED" });
      });
    });

    describe("the use of a stored prefix", () => {
      it("is reported for each of them, in their order", async () => {
        const { id } = await savePost(persistence);
        const transcodeJob = (await newestJob(id)).jobId;
        const waste = `a-film/${transcodeJob}/c9/`;
        expect(await persistence.prefixes.classifyPrefixes([waste], NOW)).toEqual(["live"]);
        await transcode(persistence);
        const { clear } = onlyPart(await reload(persistence, id));
        expect(await persistence.prefixes.classifyPrefixes([waste, clear!.prefix], NOW)).toEqual(["live", "named"]);
        await encrypt(persistence);
        const asked = [waste, clear!.prefix, `uploads/${secretId()}/`, `a-film/${uuidV7(NOW)}/c1/`, "something else"];
        expect(await persistence.prefixes.classifyPrefixes(asked, NOW)).toEqual([
          "garbage",
          "named",
          "garbage",
          "unknown",
          "unknown",
        ]);
        expect(await persistence.prefixes.classifyPrefixes([], NOW)).toEqual([]);
      });

      it("is retiring until the keys of its version are no longer served", async () => {
        const { id } = await publishPost(persistence);
        const jobs = await persistence.jobs.list({ videoPostId: id, kind: "TRANSCODE", limit: 1 });
        await askForJob(persistence, id, "ENCRYPT", NOW + 1);
        await encrypt(persistence, NOW + 1, 60_000);
        const old = `a-film/${jobs[0]!.jobId}/enc/k1-c1/`;
        expect(await persistence.prefixes.classifyPrefixes([old], NOW + 60_000)).toEqual(["retiring"]);
        expect(await persistence.prefixes.classifyPrefixes([old], NOW + 60_001)).toEqual(["garbage"]);
      });
    });
  });
}
