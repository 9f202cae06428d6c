import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import type { Persistence } from "../../../shared/application/persistence.ts";
import type { WorkOrder } from "../../../shared/application/protocols/job-protocol.ts";
import { STANDARD_JOB_RULES } from "../../../shared/domain/job/transcode-job.ts";
import { type PooledClients, pooledClients } from "../../../shared/persistence/pg/clients.ts";
import { pgPersistence } from "../../../shared/persistence/pg/persistence.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";
import { type RestartableServer, startRestartable } from "../restartable-server.ts";
import { makeTemplate } from "../template.ts";
import { startInternalWorker } from "./internal-worker.ts";
import { startRestless } from "./restless-processors.ts";
import { saveWaitingPost } from "./waiting-post.ts";

const AWAY_MS = 2_500;
const WORK_MS = 1_500;
const POSTS = 4;

const ROWS = process.env.LONG_TESTS === "1" ? (["hold", "are lost"] as const) : (["are lost"] as const);
/** Of starting a server twice, and of the retries, on a busy machine. */
const MOST_MS = 180_000;

const LEASES = {
  hold: { ...STANDARD_JOB_RULES, firstBackoffMs: 50, longestBackoffMs: 200 },
  "are lost": { leaseMs: 1_000, maxAttempts: 100, firstBackoffMs: 50, longestBackoffMs: 200, followUpMs: null },
};

describe("a server that is stopped in the middle and started again", () => {
  let server: RestartableServer;
  let clients: PooledClients;
  let persistence: Persistence;
  beforeEach(async () => {
    server = await startRestartable(inject("postgresBinaries"));
    await makeTemplate(server.url("postgres"));
    const client = { connectionString: server.url("migrated"), application_name: "test", max: 20 };
    clients = pooledClients(client, () => {});
    persistence = pgPersistence(clients.connect, STANDARD_JOB_RULES);
  }, MOST_MS);
  afterEach(async () => {
    await clients?.end();
    await server?.remove();
  }, MOST_MS);

  it.each(ROWS)(
    "has every job done once, whether leases outlast it: %s",
    async (leases) => {
      for (let n = 0; n < POSTS; n++) await saveWaitingPost(persistence);
      const random = seededRandom(7);
      const worker = startInternalWorker(persistence, Date.now, LEASES[leases]);
      const recorded: string[] = [];
      const onEnd = ({ jobId }: WorkOrder, end: string) => {
        if (end === "recorded") recorded.push(jobId);
      };
      const start = () =>
        startRestless({
          owner: "processor",
          ...{ url: server.url("migrated"), fetch: worker.fetch, random, onEnd },
          ...{ lost: 0, workMs: WORK_MS },
        });
      const running = [start(), start()];
      const jobs = () => persistence.jobs.list({ limit: 100 });
      try {
        await expect.poll(async () => (await jobs()).filter(({ state }) => state === "RUNNING")).toHaveLength(POSTS);
        await server.stop();
        await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
        await server.start();
        await expect
          .poll(
            async () => {
              await persistence.jobs.requeueDue(Date.now()).catch(() => {});
              return (await jobs().catch(() => [])).map(({ state }) => state);
            },
            { timeout: MOST_MS },
          )
          .toEqual(Array(2 * POSTS).fill("SUCCEEDED"));
      } finally {
        await Promise.all(running.map((processor) => processor.stop()));
        await worker.settled();
      }
      expect(recorded.toSorted()).toEqual((await jobs()).map(({ jobId }) => jobId).toSorted());
      if (leases === "hold") expect((await jobs()).map(({ claimNo }) => claimNo)).toEqual(Array(2 * POSTS).fill(1));
    },
    MOST_MS,
  );
});
