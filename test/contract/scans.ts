import { beforeEach, describe, expect, it } from "vitest";
import { cancelJob } from "../../shared/application/commands/cancel-job.ts";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import { failJob } from "../../shared/application/commands/fail-job.ts";
import { scanJobs } from "../../shared/application/commands/scan-jobs.ts";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import { dump, type OpenPersistence, type TestPersistence } from "./persistence.ts";
import { claim, NOW, onlyPart, savePost, transcode } from "./steps.ts";

const rules = STANDARD_JOB_RULES;

export function describeScans(name: string, open: OpenPersistence): void {
  describe(`${name}: the scan`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const scan = (now: number) => scanJobs({ ...persistence, rules }, now);

    const jobsOf = (videoPostId: string) => persistence.jobs.list({ videoPostId, limit: 100 });

    it("creates the job of a part that has none, once, though 20 scans run at once", async () => {
      const { id } = await savePost(persistence, { withJobs: false });
      const reports = await Promise.all(Array.from({ length: 20 }, () => scan(NOW)));
      expect(reports.reduce((sum, { created }) => sum + created, 0)).toBe(1);
      expect(await jobsOf(id)).toMatchObject([
        { kind: "TRANSCODE", state: "QUEUED", maxAttempts: rules.maxAttempts, runAfter: NOW },
      ]);
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
        const { job, leaseToken } = await claim(persistence, { kinds: ["TRANSCODE"] });
        const failure = { code: "encoder-failed", reason: "It broke.", permanent: true } as const;
        await failJob({ ...persistence, rules, random: () => 0.5 }, job, leaseToken, failure, NOW);
        const deleted = await savePost(persistence, { withJobs: false });
        await deleteVideoPost(persistence.posts, { videoPostId: deleted.id, seenVersion: null }, "tester", NOW);
        const before = await dump(persistence);
        for (const post of [completed, failed, deleted]) expect(await createMissing(post)).toBe(0);
        expect(await dump(persistence)).toStrictEqual(before);
      });
    });

    it("leaves no live job to a post that is deleted while scans look at it", async () => {
      const posts: string[] = [];
      for (let n = 0; n < 15; n++) posts.push((await savePost(persistence, { withJobs: false })).id);
      let isDeleting = true;
      const deletions = posts.map((videoPostId) =>
        deleteVideoPost(persistence.posts, { videoPostId, seenVersion: null }, "tester", NOW),
      );
      const scanner = async () => {
        while (isDeleting) await scan(NOW);
      };
      const scans = Promise.all([scanner(), scanner(), scanner(), scanner()]);
      expect((await Promise.all(deletions)).every(({ kind }) => kind === "done")).toBe(true);
      isDeleting = false;
      await scans;
      expect(await persistence.jobs.list({ state: "QUEUED", limit: 100 })).toEqual([]);
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
