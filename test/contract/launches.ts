import { beforeEach, describe, expect, it } from "vitest";
import { cancelJob } from "../../shared/application/commands/cancel-job.ts";
import { failForGood } from "../../shared/application/commands/fail-job.ts";
import { retryJob } from "../../shared/application/commands/retry-job.ts";
import type { Persistence } from "../../shared/application/persistence.ts";
import type { TakeLaunches, TakenLaunch } from "../../shared/application/ports/launch-store.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import { transcodeAndFollow } from "./followed-transcode.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { claim, NOW, savePost, tryClaim } from "./steps.ts";

const TIMEOUT_MS = 900_000;
const FLY = { rate: { intervalMs: 1000, burst: 3 } } as const;

type Take = Partial<TakeLaunches> & { readonly limit?: number };

export function describeLaunches(name: string, open: OpenPersistence): void {
  describe(`${name}: launches`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const takeWith = ({ launches }: Pick<Persistence, "launches">, { limit = 20, now = NOW, ...more }: Take = {}) =>
      launches.take({
        launchIds: Array.from({ length: limit }, () => uuidV7(now)),
        ...{ now, platform: "local", regions: [], maxInFlight: 100, timeoutMs: TIMEOUT_MS, rate: null, ...more },
      });
    const take = (more: Take = {}) => takeWith(persistence, more);
    const takeOne = async (more: Take = {}): Promise<TakenLaunch> => {
      const taken = await take(more);
      if (taken.length !== 1) throw new Error(`${taken.length} launches were taken`);
      return taken[0]!;
    };
    const newest = async (jobId: string) => (await persistence.launches.newestOf([jobId])).get(jobId);
    const start = ({ launchId }: TakenLaunch, now = NOW) =>
      persistence.launches.started({ launchId, platformId: `run-${launchId}`, now });
    const refuse = ({ launchId }: TakenLaunch, nextAt: number, cause: "capacity" | "misconfigured" = "capacity") =>
      persistence.launches.refused({ launchId, cause, reason: "No room.", nextAt, now: NOW });
    const watch = (now: number, limit = 100) =>
      persistence.launches.watch({ now, startedBefore: now - 60_000, askedBefore: now - 50_000, limit });
    const save = async (count: number) => {
      for (let n = 0; n < count; n++) await savePost(persistence, { now: NOW });
    };

    it("are needed by nothing while no job waits", async () => {
      expect(await persistence.launches.hasWork(NOW)).toBe(false);
      expect(await take()).toEqual([]);
      await save(1);
      expect(await persistence.launches.hasWork(NOW - 1)).toBe(false);
      expect(await persistence.launches.hasWork(NOW)).toBe(true);
    });

    it("are taken for a job with what is known about its source, and are shown with it", async () => {
      const post = await savePost(persistence);
      const taken = await takeOne({ regions: ["fra", "ams"] });
      expect(taken).toMatchObject({
        ...{ videoPostId: post.id, fileIndex: 0, region: "fra", tries: 1, capacityRefusals: 0, lastReason: null },
        facts: { kind: "TRANSCODE", bytes: 1000, seconds: null, pixels: null, codec: null },
        sourceUrl: null,
      });
      const shown = { launchId: taken.launchId, jobId: taken.jobId, number: 1, platform: "local", region: "fra" };
      const unanswered = { state: "STARTING", platformId: null, cause: null, reason: null, exitCode: null };
      expect(await newest(taken.jobId)).toEqual({ ...shown, ...unanswered, createdAt: NOW, updatedAt: NOW });
      expect(await start(taken, NOW + 5)).toBe("started");
      const answered = { state: "STARTED", platformId: `run-${taken.launchId}`, updatedAt: NOW + 5 };
      expect(await newest(taken.jobId)).toMatchObject(answered);
      expect(await take()).toEqual([]);
      expect(await persistence.launches.newestOf([])).toEqual(new Map());
    });

    it("go to the oldest due jobs, and to no job that runs, waits for its time or has ended", async () => {
      await savePost(persistence, { now: NOW + 3 });
      await savePost(persistence, { now: NOW + 1 });
      await savePost(persistence, { now: NOW + 2 });
      const { job } = await claim(persistence, { now: NOW + 1 });
      const [first, ...others] = await take({ now: NOW + 2 });
      expect(others).toEqual([]);
      expect(first?.jobId).not.toBe(job.jobId);
      expect(await take({ now: NOW + 3 })).toHaveLength(1);
    });

    it("follow a wait of a job when it is over, also before a scan has requeued it", async () => {
      await save(1);
      const held = await claim(persistence);
      const wait = { code: "storage-unavailable", reason: "It was away.", failedVerification: null } as const;
      const lease = { jobId: held.job.jobId, leaseToken: held.leaseToken };
      await persistence.jobs.retryLater({ ...lease, ...wait, now: NOW, runAfter: NOW + 500 });
      expect(await take({ now: NOW + 499 })).toEqual([]);
      expect((await takeOne({ now: NOW + 500 })).jobId).toBe(held.job.jobId);
    });

    it("take each job once and keep to the limit exactly, however many take at the same time", async () => {
      await save(9);
      const takers = [persistence.slow(), persistence.again(), persistence.again(), persistence.again()];
      const limits = { maxInFlight: 5, limit: 3 };
      const taken = (await Promise.all(takers.map((one) => takeWith(one, limits)))).flat();
      expect(taken).toHaveLength(5);
      expect(new Set(taken.map(({ jobId }) => jobId)).size).toBe(5);
      for (const one of taken) await start(one);
      expect(await take({ maxInFlight: 5 })).toEqual([]);
      const gone = { launchId: taken[0]!.launchId, reason: null, exitCode: 1, nextAt: NOW + 1, now: NOW };
      await persistence.launches.ended(gone);
      expect(await take({ maxInFlight: 5, limit: 9 })).toHaveLength(1);
    });

    it("keep to the rate of a platform, however many take at the same time", async () => {
      await save(9);
      const takers = [persistence.slow(), persistence.again(), persistence.again()];
      const burst = (await Promise.all(takers.map((one) => takeWith(one, { ...FLY, limit: 2 })))).flat();
      expect(burst).toHaveLength(3);
      expect(await take({ ...FLY, now: NOW + 999 })).toEqual([]);
      expect(await take({ ...FLY, now: NOW + 1000 })).toHaveLength(1);
      expect(await take({ ...FLY, now: NOW + 1999 })).toEqual([]);
      // The burst is full again, and not fuller.
      expect(await take({ ...FLY, now: NOW + 600_000 })).toHaveLength(3);
      expect(await take({ ...FLY, now: NOW + 600_000, platform: "another" })).toHaveLength(2);
    });

    it("wait while the platform is paused, and no pause shortens a longer one", async () => {
      await save(1);
      await persistence.launches.pause("local", NOW + 700);
      await persistence.launches.pause("local", NOW + 300);
      expect(await take({ now: NOW + 699 })).toEqual([]);
      expect(await take({ now: NOW + 700 })).toHaveLength(1);
    });

    it("are repeated after a refusal when its wait is over, in the next region after one for capacity", async () => {
      await save(1);
      const regions = ["fra", "ams", "cdg"];
      const seen: unknown[] = [];
      for (const cause of ["capacity", "misconfigured", "capacity", "capacity"] as const) {
        const taken = await takeOne({ regions, now: NOW + seen.length });
        seen.push([taken.region, taken.tries, taken.capacityRefusals, taken.lastReason]);
        await refuse(taken, NOW + seen.length, cause);
        expect(await take({ regions, now: NOW + seen.length - 1 })).toEqual([]);
        expect(await newest(taken.jobId)).toMatchObject({ state: "REFUSED", cause, reason: "No room." });
      }
      expect(seen).toEqual([
        ["fra", 1, 0, null],
        ["ams", 2, 1, "No room."],
        ["ams", 3, 1, "No room."],
        ["cdg", 4, 2, "No room."],
      ]);
      expect((await takeOne({ regions, now: NOW + 9 })).region).toBe("fra");
    });

    it("are repeated when the platform has not answered in time, and stopped when it answers after that", async () => {
      await save(1);
      const lost = await takeOne();
      expect(await take({ now: NOW + TIMEOUT_MS - 1 })).toEqual([]);
      const again = await takeOne({ now: NOW + TIMEOUT_MS });
      expect(again).toMatchObject({ jobId: lost.jobId, tries: 2, lastReason: "The platform did not answer." });
      expect(await newest(lost.jobId)).toMatchObject({ launchId: again.launchId, number: 2, state: "STARTING" });
      expect(await start(lost, NOW + TIMEOUT_MS + 1)).toBe("stop");
      expect(await watch(NOW + TIMEOUT_MS + 2)).toMatchObject([{ launchId: lost.launchId, state: "STOPPING" }]);
      expect(await start(again, NOW + TIMEOUT_MS + 3)).toBe("started");
    });

    it("are repeated sooner where the call broke off, and the reason stays", async () => {
      await save(1);
      const { launchId, jobId } = await takeOne();
      await persistence.launches.unanswered({ launchId, reason: "HTTP 503", claimBy: NOW + 50, now: NOW });
      expect(await take({ now: NOW + 49 })).toEqual([]);
      expect(await takeOne({ now: NOW + 50 })).toMatchObject({ jobId, tries: 2, lastReason: "HTTP 503" });
    });

    it("give up a container that does not claim its job in time, and count it until it is gone", async () => {
      await save(2);
      const [first, second] = await take({ maxInFlight: 2 });
      await start(first!);
      await start(second!);
      const late = NOW + TIMEOUT_MS;
      await claim(persistence, { now: late - 1 });
      expect(await take({ maxInFlight: 2, now: late })).toEqual([]);
      const [watched, ...others] = await watch(late);
      expect(others).toEqual([]);
      expect(watched).toMatchObject({ state: "STOPPING", isClaimed: false });
      const gone = { launchId: watched!.launchId, reason: "Stopped.", exitCode: null, nextAt: null, now: late };
      await persistence.launches.ended(gone);
      expect(await takeOne({ maxInFlight: 2, now: late })).toMatchObject({ jobId: watched!.jobId, tries: 2 });
    });

    it("give the next container twice the time, up to eight times, where the one before was too late", async () => {
      await save(1);
      let now = NOW;
      for (const times of [1, 2, 4, 8, 8]) {
        const taken = await takeOne({ now });
        await start(taken, now);
        expect(await watch(now + times * TIMEOUT_MS - 1)).toMatchObject([{ state: "STARTED" }]);
        now += times * TIMEOUT_MS;
        expect(await take({ now, maxInFlight: 1 })).toEqual([]);
        expect(await newest(taken.jobId)).toMatchObject({ state: "STOPPING" });
        const end = { reason: null, exitCode: null, nextAt: null, now };
        await persistence.launches.ended({ launchId: taken.launchId, ...end });
      }
    });

    it("end with the job, and with its return to the queue", async () => {
      await save(1);
      const taken = await takeOne();
      await start(taken);
      const held = await claim(persistence);
      expect(await take({ now: NOW + 2 * TIMEOUT_MS })).toEqual([]);
      expect(await newest(taken.jobId)).toMatchObject({ state: "STARTED" });
      await persistence.jobs.release({ jobId: held.job.jobId, leaseToken: held.leaseToken, now: NOW + 7 });
      // The first of a new row of tries.
      expect(await takeOne({ now: NOW + 7, maxInFlight: 1 })).toMatchObject({ jobId: taken.jobId, tries: 1 });
      expect(await newest(taken.jobId)).toMatchObject({ number: 2 });
    });

    it("move to the encrypt job that their container claims itself, which gets its own only after that time", async () => {
      await save(1);
      const taken = await takeOne();
      await start(taken);
      const encryptJobId = await transcodeAndFollow(persistence, NOW + 60_000);
      expect(await take({ now: NOW + 59_999 })).toEqual([]);
      expect(await newest(encryptJobId)).toMatchObject({ launchId: taken.launchId, jobId: taken.jobId });
      expect(await newest(taken.jobId)).toMatchObject({ launchId: taken.launchId, state: "STARTED" });
      expect(await takeOne({ now: NOW + 60_000 })).toMatchObject({ jobId: encryptJobId, tries: 1 });
      // What did not follow is stopped.
      expect(await watch(NOW + 60_000)).toMatchObject([{ launchId: taken.launchId, state: "STOPPING" }]);
    });

    it("count once for both jobs of a part, and are stopped when the second one is cancelled", async () => {
      await save(2);
      const [taken] = await take({ maxInFlight: 1 });
      await start(taken!);
      const encryptJobId = await transcodeAndFollow(persistence, NOW + 60_000, taken!.jobId);
      const held = await claim(persistence, { kinds: ["ENCRYPT"], now: NOW + 5 });
      expect(held.job.jobId).toBe(encryptJobId);
      expect(await take({ now: NOW + 120_000, maxInFlight: 1 })).toEqual([]);
      await cancelJob(persistence, encryptJobId, "tester", NOW + 120_000);
      const stopping = { launchId: taken!.launchId, state: "STOPPING", jobId: encryptJobId };
      expect(await watch(NOW + 120_000)).toMatchObject([stopping]);
    });

    it("are stopped when their job is cancelled, whether the platform has answered by then or not", async () => {
      await save(2);
      const [early, late] = await take();
      await start(early!);
      for (const { jobId } of [early!, late!]) await cancelJob(persistence, jobId, "tester", NOW + 1);
      expect(await start(late!, NOW + 2)).toBe("stop");
      const watched = await watch(NOW + 3);
      expect(watched.map(({ state }) => state)).toEqual(["STOPPING", "STOPPING"]);
      expect(await watch(NOW + 4)).toEqual([]);
      expect(await watch(NOW + 60_000)).toHaveLength(2);
      for (const { launchId } of watched) {
        await persistence.launches.ended({ launchId, reason: null, exitCode: 143, nextAt: null, now: NOW + 5 });
      }
      expect(await watch(NOW + 120_000)).toEqual([]);
      expect(await persistence.launches.hasWork(NOW + 120_000)).toBe(false);
      expect(await newest(early!.jobId)).toMatchObject({ state: "ENDED", exitCode: 143 });
    });

    it("are asked about once in a while, by one of several watchers, and only without a claim", async () => {
      await save(4);
      for (const taken of await take()) await start(taken);
      await claim(persistence);
      expect(await watch(NOW + 59_999)).toEqual([]);
      const watchers = [persistence, persistence.again(), persistence.slow(), persistence.again()];
      const at = NOW + 60_000;
      const one = { now: at, startedBefore: NOW, askedBefore: at - 1, limit: 2 };
      const watched = (await Promise.all(watchers.map(({ launches }) => launches.watch(one)))).flat();
      expect(watched).toHaveLength(3);
      expect(new Set(watched.map(({ launchId }) => launchId)).size).toBe(3);
      const { launchId } = watched[0]!;
      const delay = (reason: string) => persistence.launches.delayed({ launchId, reason, now: at });
      expect([await delay("No host."), await delay("No host."), await delay("No disk.")]).toEqual([true, false, true]);
    });

    it("that nothing has claimed wait for their backoff, but not when an operator retries the job", async () => {
      await save(1);
      const taken = await takeOne();
      await start(taken);
      const { launchId, jobId } = taken;
      const gone = { launchId, reason: "CannotPullContainerError", exitCode: 1, nextAt: NOW + 30_000, now: NOW + 1 };
      await persistence.launches.ended(gone);
      expect(await take({ now: NOW + 29_999 })).toEqual([]);
      const job = await persistence.jobs.find(jobId);
      const failure = { code: "launch-failed", reason: "CannotPullContainerError" } as const;
      const fence = { kind: "waiting-job", jobId } as const;
      expect(await failForGood(persistence, job!, fence, failure, NOW + 2)).toEqual({ kind: "failed" });
      expect(await tryClaim(persistence, { now: NOW + 3 })).toBeNull();
      await retryJob(persistence, jobId, "tester", NOW + 4);
      expect(await takeOne({ now: NOW + 4 })).toMatchObject({ jobId, tries: 1 });
    });

    it("fail no job that a processor has claimed meanwhile", async () => {
      await save(1);
      const { job } = await claim(persistence);
      const failure = { code: "launch-failed", reason: "No room." } as const;
      const fence = { kind: "waiting-job", jobId: job.jobId } as const;
      expect(await failForGood(persistence, job, fence, failure, NOW + 1)).toEqual({ kind: "lease-lost" });
      expect(await persistence.jobs.find(job.jobId)).toMatchObject({ state: "RUNNING" });
    });
  });
}
