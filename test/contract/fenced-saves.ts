import { beforeEach, describe, expect, it } from "vitest";
import { cancelJob } from "../../shared/application/commands/cancel-job.ts";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import type { ClaimedJob } from "../../shared/application/ports/job-store.ts";
import type { JobEnd, SaveFence, SaveOutcome } from "../../shared/application/ports/video-post-repository.ts";
import { type VideoPost, withFile } from "../../shared/domain/post/video-post.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import { dump, type OpenPersistence, type TestPersistence } from "./persistence.ts";
import { ROUNDS, rivalAtEveryMoment } from "./rivals.ts";
import { askForJob, claim, fenceOf, LEASE_MS, NOW, onlyPart, reload, savePost, transcode, tryClaim } from "./steps.ts";

export function describeFencedSaves(name: string, open: OpenPersistence): void {
  describe(`${name}: saves that record what a job found`, () => {
    let persistence: TestPersistence;
    let post: VideoPost;
    let held: ClaimedJob;
    beforeEach(async () => {
      persistence = await open();
      const { id } = await savePost(persistence);
      held = await claim(persistence);
      post = await reload(persistence, id);
    });

    const record = (fence: SaveFence, jobEnd: JobEnd = { kind: "succeed" }, version = post.version) => {
      const part = { ...onlyPart(post), transferResult: "SUCCESS", warnings: ["recorded"] } as const;
      const jobs = [{ jobId: "next", fileId: part.id, kind: "ENCRYPT" }] as const;
      const from = { ...post, version };
      return persistence.posts.save({ ...withFile(from, part, jobs, NOW), from }, NOW + 5, { fence, jobEnd });
    };

    const refusesWhole = async (save: () => Promise<SaveOutcome>) => {
      const before = await dump(persistence);
      expect(await save()).toBe("lease-lost");
      expect(await dump(persistence)).toStrictEqual(before);
    };

    it("end the job and create the next one in the same save", async () => {
      expect(await record(fenceOf(held))).toBe("saved");
      expect(await persistence.jobs.find(held.job.jobId)).toMatchObject({
        state: "SUCCEEDED",
        finishedAt: NOW + 5,
        leaseExpiresAt: null,
        failCode: null,
        failReason: null,
      });
      expect(await persistence.jobs.find("next")).toMatchObject({
        state: "QUEUED",
        kind: "ENCRYPT",
        runAfter: NOW + 5,
      });
      expect(onlyPart(await reload(persistence, post.id))).toMatchObject({
        warnings: ["recorded"],
        updateType: "HAS_UPDATE",
      });
    });

    it("are recognised by the lease after they succeeded, so that a lost reply is not a failure", async () => {
      await record(fenceOf(held));
      const found = await persistence.jobs.findByLease(held.job.jobId, held.leaseToken);
      expect(found?.state).toBe("SUCCEEDED");
      await refusesWhole(() => record(fenceOf(held), { kind: "succeed" }, post.version + 1));
    });

    it("end the job as failed, with its reason, and let the part wait again", async () => {
      expect(await record(fenceOf(held), { kind: "fail", code: "encoder-failed", reason: "no picture" })).toBe("saved");
      const job = await persistence.jobs.find(held.job.jobId);
      expect(job).toMatchObject({
        state: "FAILED",
        failCode: "encoder-failed",
        failReason: "no picture",
        finishedAt: NOW + 5,
      });
      expect(await persistence.jobs.findByLease(held.job.jobId, held.leaseToken)).toBeNull();
      expect(onlyPart(await reload(persistence, post.id)).updateType).toBe("HAS_UPDATE");
    });

    it("may leave the job running", async () => {
      expect(await record(fenceOf(held), { kind: "keep" })).toBe("saved");
      expect(await persistence.jobs.find(held.job.jobId)).toMatchObject({ state: "RUNNING" });
      expect(await persistence.jobs.findByLease(held.job.jobId, held.leaseToken)).not.toBeNull();
    });

    it("are refused whole under a lease token that is not the job's", () =>
      refusesWhole(() => record({ kind: "lease", jobId: held.job.jobId, leaseToken: secretId() })));

    it("are refused whole for a job that is unknown", () =>
      refusesWhole(() => record({ kind: "lease", jobId: "nobody", leaseToken: held.leaseToken })));

    it("are refused whole under the lease of another job", async () => {
      await savePost(persistence);
      const other = await claim(persistence);
      await refusesWhole(() => record({ kind: "lease", jobId: held.job.jobId, leaseToken: other.leaseToken }));
    });

    it("are refused whole once the job was cancelled", async () => {
      await cancelJob(persistence, held.job.jobId, "tester", NOW);
      await refusesWhole(() => record(fenceOf(held)));
    });

    it("are refused whole once the job was taken over, and accepted from the new holder", async () => {
      const later = NOW + LEASE_MS + 1;
      await persistence.jobs.requeueDue(later);
      await refusesWhole(() => record(fenceOf(held)));
      const next = await claim(persistence, { now: later });
      expect(next.job.jobId).toBe(held.job.jobId);
      await refusesWhole(() => record(fenceOf(held)));
      expect(await record(fenceOf(next))).toBe("saved");
    });

    it("are accepted from a late holder while no other has taken the job", async () => {
      const late = await tryClaim(persistence, { now: NOW + 10 * LEASE_MS });
      expect(late).toBeNull();
      expect(await record(fenceOf(held))).toBe("saved");
    });

    it("are refused as lost, not as a conflict, when both are wrong", () =>
      refusesWhole(() =>
        record({ kind: "lease", jobId: held.job.jobId, leaseToken: secretId() }, { kind: "keep" }, 0),
      ));

    it("are a conflict, and leave the job running, when only the version is taken", async () => {
      const before = await dump(persistence);
      expect(await record(fenceOf(held), { kind: "succeed" }, 0)).toBe("conflict");
      expect(await dump(persistence)).toStrictEqual(before);
    });

    it("let the scan end a job only after its lease has expired", async () => {
      const { jobId } = held.job;
      const end: JobEnd = { kind: "fail", code: "encoder-failed", reason: "silent" };
      await refusesWhole(() => record({ kind: "expired-lease", jobId, now: NOW + LEASE_MS }, end));
      expect(await record({ kind: "expired-lease", jobId, now: NOW + LEASE_MS + 1 }, end)).toBe("saved");
      expect(await persistence.jobs.find(jobId)).toMatchObject({ state: "FAILED", failReason: "silent" });
    });

    it("refuse the scan a job whose holder came back meanwhile", async () => {
      const { jobId } = held.job;
      const later = NOW + LEASE_MS + 1;
      const sign = {
        now: later,
        leaseMs: LEASE_MS,
        stage: "ENCODING",
        progress: { stage: "ENCODING", percent: 1 },
      } as const;
      await persistence.jobs.heartbeat({ jobId, leaseToken: held.leaseToken, ...sign });
      await refusesWhole(() =>
        record(
          { kind: "expired-lease", jobId, now: later },
          { kind: "fail", code: "encoder-failed", reason: "silent" },
        ),
      );
    });

    it("let either a takeover or a save win, never both", async () => {
      const later = NOW + LEASE_MS + 1;
      const [, outcome] = await Promise.all([persistence.jobs.requeueDue(later), record(fenceOf(held))]);
      const job = await persistence.jobs.find(held.job.jobId);
      const { warnings } = onlyPart(await reload(persistence, post.id));
      if (outcome === "saved") expect([job?.state, warnings]).toEqual(["SUCCEEDED", ["recorded"]]);
      else expect([outcome, job?.state, warnings]).toEqual(["lease-lost", "QUEUED", []]);
    });

    it("keep their job from a takeover until they are done, whenever it comes", async () => {
      const now = NOW + LEASE_MS + 1;
      const posts = [post];
      const leases = [held];
      while (posts.length < ROUNDS) {
        const { id } = await savePost(persistence);
        leases.push(await claim(persistence));
        posts.push(await reload(persistence, id));
      }
      const slow = persistence.slow();
      const save = (round: number) => {
        const from = posts[round]!;
        const change = { ...withFile(from, { ...onlyPart(from), warnings: ["recorded"] }, [], NOW), from };
        return slow.posts.save(change, NOW, { fence: fenceOf(leases[round]!), jobEnd: { kind: "keep" } });
      };
      await rivalAtEveryMoment(save, async (round, outcome) => {
        const next = { leaseToken: secretId(), owner: "next", now, leaseMs: LEASE_MS };
        expect(await persistence.jobs.claimOne({ ...next, jobId: leases[round]!.job.jobId })).not.toBeNull();
        // What the next holder starts with.
        const { warnings } = onlyPart(await reload(persistence, posts[round]!.id));
        expect([await outcome, warnings]).toEqual(warnings.length === 0 ? ["lease-lost", []] : ["saved", ["recorded"]]);
      });
    });

    it("leave a live job of the same kind as it is, and its part taken", async () => {
      const second = await askForJob(persistence, post.id, "TRANSCODE");
      expect(await persistence.jobs.find(second)).toBeNull();
      expect(await persistence.jobs.find(held.job.jobId)).toMatchObject({ state: "RUNNING", claimNo: 1 });
      expect(onlyPart(await reload(persistence, post.id)).updateType).toBe("NO_UPDATE");
    });

    it("cancel waiting and running jobs when the post is deleted", async () => {
      const waiting = await savePost(persistence, { parts: 2 });
      const running = await claim(persistence);
      expect(running.job.videoPostId).toBe(waiting.id);
      await deleteVideoPost(persistence.posts, { videoPostId: waiting.id, seenVersion: null }, "tester", NOW + 9);
      const jobs = await persistence.jobs.list({ videoPostId: waiting.id, limit: 10 });
      expect(jobs.map((job) => job.state).toSorted()).toEqual(["CANCELLED", "CANCELLED"]);
      expect(jobs.every((job) => job.cancelRequested)).toBe(true);
      const part = waiting.files.find((file) => file.id === running.job.fileId)!;
      const from = await reload(persistence, waiting.id);
      const change = { ...withFile(from, { ...part, warnings: ["late"] }, [], NOW), from };
      await refusesWhole(() =>
        persistence.posts.save(change, NOW, { fence: fenceOf(running), jobEnd: { kind: "keep" } }),
      );
      expect(await persistence.jobs.find(held.job.jobId)).toMatchObject({ state: "RUNNING", cancelRequested: false });
    });

    it("are recognised when they ended their job and the reply was lost", async () => {
      const posts = persistence.postsWith("reply-lost");
      const change = { ...withFile(post, { ...onlyPart(post), warnings: ["unheard"] }, [], NOW), from: post };
      expect(await posts.save(change, NOW, { fence: fenceOf(held), jobEnd: { kind: "succeed" } })).toBe("saved");
      expect(await persistence.jobs.find(held.job.jobId)).toMatchObject({ state: "SUCCEEDED" });
    });

    it("carry a post from its upload to its encryption's queue", async () => {
      const { id } = await savePost(persistence);
      await transcode(persistence);
      expect(onlyPart(await reload(persistence, id))).toMatchObject({
        transferResult: "SUCCESS",
        updateType: "HAS_UPDATE",
      });
      expect((await persistence.jobs.list({ videoPostId: id, limit: 9 })).map((job) => job.kind).toSorted()).toEqual([
        "ENCRYPT",
        "TRANSCODE",
      ]);
    });
  });
}
