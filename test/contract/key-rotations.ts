import { beforeEach, describe, expect, it } from "vitest";
import { cancelJob } from "../../shared/application/commands/cancel-job.ts";
import { continueKeyRotation } from "../../shared/application/commands/continue-key-rotations.ts";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import { failJob } from "../../shared/application/commands/fail-job.ts";
import type { TakenItem } from "../../shared/application/ports/rotation-steps.ts";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import type { RotationItem, RotationItemState } from "../../shared/domain/rotation/rotation-batch.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { askForJob, claim, encrypt, NOW, onlyPart, publishPost, reload, savePost } from "./steps.ts";

const LATER = NOW + 60_000;
/** Nothing is given up as lost, unless a test says when. */
const NEVER = 0;

export function describeKeyRotations(name: string, open: OpenPersistence): void {
  describe(`${name}: a batch of rotations`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const publish = async (count: number) => {
      const ids: string[] = [];
      for (let n = 0; n < count; n++) ids.push((await publishPost(persistence, NOW + n)).id);
      return ids;
    };
    const create = async (more: { maxInFlight?: number; now?: number } = {}) => {
      const now = more.now ?? LATER;
      const batchId = uuidV7(now);
      const batch = { batchId, selection: {}, maxInFlight: more.maxInFlight ?? 2, graceSeconds: 7, requestedBy: "me" };
      await persistence.rotationBatches.create(batch, now);
      return batchId;
    };
    /** A batch with an item for every part. */
    const filled = async (more: { maxInFlight?: number } = {}) => {
      const batchId = await create(more);
      while (await persistence.rotationSteps.fill(batchId, {}, 100)) {}
      return batchId;
    };
    const items = (batchId: string, state: RotationItemState | null = null): Promise<readonly RotationItem[]> =>
      persistence.rotationBatches.items(batchId, { state, after: null, limit: 100 });
    const states = async (batchId: string) => (await items(batchId)).map(({ state }) => state);
    const take = (batchId: string, now = LATER) => persistence.rotationSteps.take(batchId, uuidV7(now), now);
    const taken = async (batchId: string): Promise<TakenItem> => {
      const item = await take(batchId);
      if (item === null) throw new Error("there is nothing to take");
      return item;
    };
    const settle = (batchId: string, lostBefore = NEVER) =>
      persistence.rotationSteps.settle(batchId, lostBefore, LATER + 5);
    const stateOf = async (batchId: string) => (await persistence.rotationBatches.find(batchId))?.state;
    const failOne = async () => {
      const { job, leaseToken } = await claim(persistence, { kinds: ["ENCRYPT"], now: LATER });
      const failure = { code: "encoder-failed", reason: "It broke.", permanent: true } as const;
      await failJob({ ...persistence, rules: STANDARD_JOB_RULES, random: () => 0.5 }, job, leaseToken, failure, LATER);
    };

    describe("being filled", () => {
      it("gets an item for every part that existed before it, page by page", async () => {
        const ids = await publish(5);
        const batchId = await create();
        await publishPost(persistence, LATER + 1);
        expect(await persistence.rotationSteps.fill(batchId, {}, 4)).toBe(true);
        expect(await items(batchId)).toHaveLength(4);
        expect((await persistence.rotationBatches.find(batchId))?.filled).toBe(false);
        expect(await persistence.rotationSteps.fill(batchId, {}, 4)).toBe(false);
        const made = await items(batchId);
        expect(made.map(({ videoPostId }) => videoPostId).toSorted()).toEqual(ids.toSorted());
        expect(made[0]).toMatchObject({ state: "PENDING", fromKeyVersion: 1, toKeyVersion: null, startedAt: null });
        expect((await persistence.rotationBatches.find(batchId))?.filled).toBe(true);
      });

      it("is filled once, however many fill it at the same time", async () => {
        const ids = await publish(7);
        const batchId = await create();
        let pages = 0;
        const filler = async () => {
          while (await persistence.rotationSteps.fill(batchId, {}, 2)) pages++;
        };
        await Promise.all(Array.from({ length: 6 }, filler));
        expect(pages).toBe(3);
        expect((await items(batchId)).map(({ videoPostId }) => videoPostId).toSorted()).toEqual(ids.toSorted());
      });

      it("is filled only while it runs", async () => {
        await publish(1);
        const batchId = await create();
        await persistence.rotationBatches.changeState(batchId, { from: ["RUNNING"], to: "PAUSED" }, LATER);
        expect(await persistence.rotationSteps.fill(batchId, {}, 10)).toBe(false);
        expect(await items(batchId)).toEqual([]);
        expect((await persistence.rotationBatches.find(batchId))?.filled).toBe(false);
      });
    });

    describe("and its items", () => {
      it("keeps no more than its limit in progress, however many take items at once", async () => {
        await publish(6);
        const batchId = await filled({ maxInFlight: 3 });
        const all = await Promise.all(Array.from({ length: 20 }, () => take(batchId)));
        const won = all.filter((item) => item !== null);
        expect(new Set(won.map(({ fileId }) => fileId)).size).toBe(3);
        expect((await states(batchId)).filter((state) => state === "ROTATING")).toHaveLength(3);
      });

      it("never shares a part with another batch in progress: the later one skips it, with the reason", async () => {
        await publish(1);
        const [first, second] = [await filled(), await filled()];
        const both = await Promise.all([take(first), take(second), take(first), take(second)]);
        expect(both.filter((item) => item !== null)).toHaveLength(1);
        const loser = both[0] === null && both[2] === null ? first : second;
        expect(await persistence.rotationSteps.classify(loser, 10, LATER)).toBe(1);
        expect(await items(loser)).toMatchObject([{ state: "SKIPPED", reason: "already-rotating" }]);
      });

      it("ends items as their parts and jobs have ended", async () => {
        const ids = await publish(4);
        const batchId = await filled({ maxInFlight: 4 });
        for (let n = 0; n < 4; n++) {
          const { videoPostId } = await taken(batchId);
          const jobId = await askForJob(persistence, videoPostId, "ENCRYPT", LATER);
          await persistence.rotationSteps.adoptLiveJob((await underWay(batchId, videoPostId))!);
          expect((await items(batchId)).find((item) => item.videoPostId === videoPostId)?.jobId).toBe(jobId);
        }
        await settle(batchId);
        expect(await states(batchId)).toEqual(["ROTATING", "ROTATING", "ROTATING", "ROTATING"]);
        const jobs = await persistence.jobs.list({ state: "QUEUED", limit: 10 });
        await encrypt(persistence, LATER);
        await failOne();
        const waiting = await persistence.jobs.list({ state: "QUEUED", limit: 10 });
        await cancelJob(persistence, waiting[0]!.jobId, "tester", LATER);
        await deleteVideoPost(
          persistence.posts,
          { videoPostId: waiting[1]!.videoPostId, seenVersion: null },
          "tester",
          LATER,
        );
        await settle(batchId);
        const ended = await items(batchId);
        expect(jobs).toHaveLength(ids.length);
        expect(ended.map(({ state, reason, toKeyVersion }) => [state, reason, toKeyVersion]).toSorted()).toEqual([
          ["FAILED", "It broke.", null],
          ["FAILED", "The job was cancelled.", null],
          ["SKIPPED", "deleted", null],
          ["SUCCEEDED", null, 2],
        ]);
        expect(ended.every(({ finishedAt }) => finishedAt === LATER + 5)).toBe(true);
      });

      const underWay = async (batchId: string, videoPostId: string): Promise<TakenItem | undefined> => {
        const rows = await persistence.rows("key_rotation_item");
        const row = rows.find((each) => each.batch_id === batchId && each.video_post_id === videoPostId);
        if (row === undefined) return undefined;
        return { batchId, videoPostId, fileIndex: 0, fileId: String(row.file_id), jobId: String(row.job_id) };
      };

      it("returns an item to the queue if its job was never requested, after a while and not before", async () => {
        await publish(1);
        const batchId = await filled();
        await taken(batchId);
        await settle(batchId, LATER);
        expect(await states(batchId)).toEqual(["ROTATING"]);
        await settle(batchId, LATER + 1);
        expect(await items(batchId)).toMatchObject([{ state: "PENDING", jobId: null, startedAt: null }]);
      });

      it("ends items that need no rotation or can have none, in their order", async () => {
        const [rotated, deleted, left] = await publish(3);
        const waiting = await savePost(persistence);
        const batchId = await filled();
        await askForJob(persistence, rotated!, "ENCRYPT", LATER);
        await encrypt(persistence, LATER);
        await deleteVideoPost(persistence.posts, { videoPostId: deleted!, seenVersion: null }, "tester", LATER);
        expect(await persistence.rotationSteps.classify(batchId, 10, LATER)).toBe(3);
        expect(await persistence.rotationSteps.classify(batchId, 10, LATER)).toBe(0);
        const byPost = new Map((await items(batchId)).map((item) => [item.videoPostId, item]));
        expect(byPost.get(rotated!)).toMatchObject({ state: "SUCCEEDED", toKeyVersion: 2, reason: null });
        expect(byPost.get(deleted!)).toMatchObject({ state: "SKIPPED", reason: "deleted" });
        expect(byPost.get(waiting.id)).toMatchObject({ state: "SKIPPED", reason: "not-playing" });
        expect(byPost.get(left!)).toMatchObject({ state: "PENDING" });
      });

      it("lists items by state and by pages", async () => {
        await publish(5);
        const batchId = await filled({ maxInFlight: 1 });
        await taken(batchId);
        const page = (after: RotationItem | null) =>
          persistence.rotationBatches.items(batchId, { state: "PENDING", after, limit: 3 });
        const first = await page(null);
        const second = await page(first.at(-1)!);
        expect([first.length, second.length]).toEqual([3, 1]);
        expect([...first, ...second]).toEqual(await items(batchId, "PENDING"));
      });
    });

    describe("being continued", () => {
      const run = (batchId: string, now = LATER) => continueKeyRotation(persistence, batchId, now);

      it("rotates every part with ordinary jobs, a limited number at a time, and is DONE", async () => {
        const ids = await publish(5);
        const batchId = await create({ maxInFlight: 2 });
        for (let round = 0; round < 5; round++) {
          await Promise.all([run(batchId), run(batchId), run(batchId)]);
          const live = await persistence.jobs.list({ state: "QUEUED", limit: 10 });
          expect(live).toHaveLength(Math.min(2, 5 - round));
          await encrypt(persistence, LATER);
        }
        await run(batchId);
        expect(await stateOf(batchId)).toBe("DONE");
        const { counts, averageMs } = await persistence.rotationBatches.progress(batchId);
        expect([counts.SUCCEEDED, averageMs]).toEqual([5, 0]);
        for (const id of ids) expect(onlyPart(await reload(persistence, id)).playing?.keyVersion).toBe(2);
        expect(await persistence.jobs.list({ kind: "ENCRYPT", limit: 100 })).toHaveLength(10);
      });

      it("waits for an encryption that was requested before it", async () => {
        const [id] = await publish(1);
        const jobId = await askForJob(persistence, id!, "ENCRYPT", LATER);
        const batchId = await create();
        await run(batchId);
        expect(await items(batchId)).toMatchObject([{ state: "ROTATING", jobId }]);
        const { fileId } = (await persistence.jobs.find(jobId))!;
        expect(await persistence.rotationSteps.findByRotatingPart(fileId)).toEqual({ batchId, graceSeconds: 7 });
        await encrypt(persistence, LATER);
        await run(batchId);
        expect(await items(batchId)).toMatchObject([{ state: "SUCCEEDED", toKeyVersion: 2 }]);
        expect(await persistence.rotationSteps.findByRotatingPart(fileId)).toBeNull();
      });

      it("starts nothing while it is paused or after it is cancelled, and settles what is in progress", async () => {
        await publish(3);
        const batchId = await create({ maxInFlight: 1 });
        await run(batchId);
        await persistence.rotationBatches.changeState(batchId, { from: ["RUNNING"], to: "PAUSED" }, LATER);
        await encrypt(persistence, LATER);
        expect(await persistence.rotationSteps.listOpen(10)).toEqual([batchId]);
        await run(batchId);
        expect(await states(batchId)).toEqual(["SUCCEEDED", "PENDING", "PENDING"]);
        expect(await persistence.rotationSteps.listOpen(10)).toEqual([]);
        await persistence.rotationBatches.changeState(batchId, { from: ["PAUSED"], to: "RUNNING" }, LATER);
        await run(batchId);
        const cancel = { from: ["RUNNING", "PAUSED"], to: "CANCELLED" } as const;
        expect(await persistence.rotationBatches.changeState(batchId, cancel, LATER)).toBe(true);
        expect(await persistence.rotationBatches.changeState(batchId, cancel, LATER)).toBe(false);
        await encrypt(persistence, LATER);
        await run(batchId);
        expect(await states(batchId)).toEqual(["SUCCEEDED", "SUCCEEDED", "PENDING"]);
        expect(await stateOf(batchId)).toBe("CANCELLED");
      });

      it("retries failed items on request", async () => {
        const [id] = await publish(1);
        const before = onlyPart(await reload(persistence, id!));
        const batchId = await create();
        await run(batchId);
        await failOne();
        await run(batchId);
        expect(await stateOf(batchId)).toBe("DONE");
        const { playing, encryptStatus, keys } = onlyPart(await reload(persistence, id!));
        expect({ playing, encryptStatus, keys }).toEqual({
          ...{ playing: before.playing, encryptStatus: before.encryptStatus, keys: before.keys },
        });
        expect(await persistence.rotationBatches.retryFailed(batchId, 10, LATER)).toBe(1);
        expect([await stateOf(batchId), await states(batchId)]).toEqual(["RUNNING", ["PENDING"]]);
        await run(batchId);
        await encrypt(persistence, LATER);
        await run(batchId);
        expect(await items(batchId)).toMatchObject([{ state: "SUCCEEDED", fromKeyVersion: 1, toKeyVersion: 2 }]);
        expect(await stateOf(batchId)).toBe("DONE");
      });

      it("is found again by pages, the newest first", async () => {
        const ids = [await create({ now: LATER }), await create({ now: LATER + 1 }), await create({ now: LATER + 2 })];
        const page = async (before: string | null) =>
          (await persistence.rotationBatches.list({ before, limit: 2 })).map(({ batchId }) => batchId);
        expect([await page(null), await page(ids[1]!)]).toEqual([[ids[2], ids[1]], [ids[0]]]);
      });
    });
  });
}
