import { beforeEach, describe, expect, it } from "vitest";
import type { LaunchFilter } from "../../shared/application/ports/launch-store.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import { transcodeAndFollow } from "./followed-transcode.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { NOW, savePost } from "./steps.ts";

export function describeLaunchPage(name: string, open: OpenPersistence): void {
  describe(`${name}: the list of launches`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const take = (now: number, limit = 20) =>
      persistence.launches.take({
        launchIds: Array.from({ length: limit }, () => uuidV7(now)),
        ...{ now, platform: "local", regions: [], maxInFlight: 2000, timeoutMs: 900_000, rate: null },
      });
    const page = (filter: LaunchFilter = {}, before: string | null = null, limit = 10) =>
      persistence.launches.page({ filter, before, limit });
    const idsOf = ({ items }: Awaited<ReturnType<typeof page>>) => items.map(({ launchId }) => launchId);

    it("has the newest first, by pages, and those of a state", async () => {
      for (let n = 0; n < 5; n++) await savePost(persistence, { now: NOW });
      const taken = await take(NOW);
      const ids = taken.map(({ launchId }) => launchId).toReversed();
      const [refused] = taken;
      const refusal = { cause: "capacity", reason: "No room.", nextAt: NOW + 1, now: NOW } as const;
      await persistence.launches.refused({ launchId: refused!.launchId, ...refusal });
      const first = await page({}, null, 3);
      expect(idsOf(first)).toEqual(ids.slice(0, 3));
      expect(first.next).toBe(ids[2]);
      const second = await page({}, first.next, 3);
      expect([idsOf(second), second.next]).toEqual([ids.slice(3), null]);
      expect(second.items[1]).toEqual({
        ...{ launchId: refused!.launchId, jobId: refused!.jobId, runsJobId: refused!.jobId, number: 1 },
        ...{ state: "REFUSED", platform: "local", region: null, platformId: null, cause: "capacity" },
        ...{ reason: "No room.", exitCode: null, createdAt: NOW, updatedAt: NOW },
      });
      expect(idsOf(await page({ state: "REFUSED" }))).toEqual([refused!.launchId]);
      expect(idsOf(await page({ state: "STARTING" }, null, 2))).toEqual(ids.slice(0, 2));
      expect(await page({ state: "ENDED" })).toEqual({ items: [], next: null });
    });

    it("has those of one job: ordered for it, or working on it after the job before", async () => {
      await savePost(persistence);
      await savePost(persistence);
      const [taken] = await take(NOW, 1);
      await persistence.launches.started({ launchId: taken!.launchId, platformId: "run", now: NOW });
      const encryptJobId = await transcodeAndFollow(persistence, NOW + 60_000, taken!.jobId);
      await take(NOW, 1);
      const expected = { launchId: taken!.launchId, jobId: taken!.jobId, runsJobId: encryptJobId };
      for (const jobId of [taken!.jobId, encryptJobId])
        expect(await page({ jobId })).toMatchObject({ items: [expected], next: null });
      expect(await page({ jobId: encryptJobId, state: "ENDED" })).toEqual({ items: [], next: null });
      expect(await page({ jobId: uuidV7(NOW) })).toEqual({ items: [], next: null });
    });

    it("ends a page after a thousand launches of other states, and continues behind them", async () => {
      const rows = Array.from({ length: 1500 }, (_, n) => {
        const state = n === 100 ? "STOPPING" : "ENDED";
        return `('${uuidV7(NOW + n)}', 'job-${n}', 'job-${n}', 0, 1, 1, '${state}', 'local', ${NOW}, ${NOW}, ${NOW})`;
      });
      // A statement of D1 has at most 100 kB.
      for (let at = 0; at < rows.length; at += 500)
        await persistence.execute(`INSERT INTO job_launch (launch_id, job_id, runs_job_id, claim_no, number, tries, state,
          platform, created_at, updated_at, claim_by) VALUES ${rows.slice(at, at + 500).join(", ")}`);
      const first = await page({ state: "STOPPING" });
      expect(first.items).toEqual([]);
      const second = await page({ state: "STOPPING" }, first.next);
      expect(second).toMatchObject({ items: [{ jobId: "job-100" }], next: null });
    });
  });
}
