import { expect, inject, it } from "vitest";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { pooledClients } from "../../shared/persistence/pg/clients.ts";
import { pgPersistence } from "../../shared/persistence/pg/persistence.ts";
import { holdingMark } from "../../shared/persistence/pg/service/connection-mark.ts";
import { openTestDatabase } from "./pg-persistence.ts";

const databases = [
  await openTestDatabase(inject("postgresNewest")),
  await openTestDatabase(inject("postgresNewest")),
] as const;

it("is seen while it is held, and in its own database alone", async () => {
  const pools = databases.map(({ url }) =>
    pooledClients({ connectionString: url, application_name: "test", max: 2 }, () => {}),
  );
  try {
    const [own, other] = pools.map(({ connect }) => pgPersistence(connect, STANDARD_JOB_RULES).serviceState);
    const find = async (mark: number) => [await own!.findMark(mark), await other!.findMark(mark)];
    for (const mark of [0, 1_234_567, 2 ** 31 - 1]) {
      expect(await find(mark)).toEqual(["other", "other"]);
      expect(await holdingMark(pools[0]!.connect, mark, () => find(mark))).toEqual(["same", "other"]);
      expect(await find(mark)).toEqual(["other", "other"]);
    }
    const failed = holdingMark(pools[0]!.connect, 5, () => Promise.reject(new Error("no reply")));
    await expect(failed).rejects.toThrow("no reply");
    expect(await find(5)).toEqual(["other", "other"]);
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
  }
});
