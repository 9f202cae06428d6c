import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import type { WorkOrder } from "../../../shared/application/protocols/job-protocol.ts";
import { STANDARD_JOB_RULES } from "../../../shared/domain/job/transcode-job.ts";
import { pooledClients } from "../../../shared/persistence/pg/clients.ts";
import { pgPersistence } from "../../../shared/persistence/pg/persistence.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";
import { openTestDatabase } from "../pg-persistence.ts";
import { startInternalWorker } from "./internal-worker.ts";
import { type Restless, startRestless } from "./restless-processors.ts";
import { saveWaitingPost } from "./waiting-post.ts";

const LONG = process.env.LONG_TESTS === "1";
/** Each post has a transcode job and an encrypt job. */
const POSTS = LONG ? 500 : 15;
const PROCESSORS = LONG ? 20 : 4;
const KILLS = LONG ? 15 : 2;
const ENDLESS_MS = 3_600_000;
const LOST_REPLIES = 0.05;
/** For a busy machine. */
const MOST_MS = LONG ? 900_000 : 180_000;

const RULES = { leaseMs: 1_500, maxAttempts: 100, firstBackoffMs: 50, longestBackoffMs: 200, followUpMs: null };

const database = await openTestDatabase(inject("postgresNewest"));

/** Of the Worker and of this test. */
const clients = pooledClients(
  { connectionString: database.url, application_name: "test", max: 20, connectionTimeoutMillis: 60_000 },
  () => {},
);
const persistence = pgPersistence(clients.connect, STANDARD_JOB_RULES);
afterAll(() => clients.end());
const holdsJobs = async (owner: string) =>
  (await query(`SELECT 1 FROM video_transcode_job WHERE state = 'RUNNING' AND lease_owner = '${owner}'`)).length > 0;
const query = async (text: string) => (await clients.connect((client) => client.query({ text }))).rows;

describe(`${PROCESSORS} processors over one Postgres, ${2 * POSTS} jobs`, () => {
  beforeAll(async () => {
    for (let n = 0; n < POSTS; n++) await saveWaitingPost(persistence);
  }, MOST_MS);

  it(
    "do every job once, whatever replies are lost, connections end and processors are killed",
    async () => {
      const random = seededRandom(31);
      const worker = startInternalWorker(persistence, Date.now, RULES);
      const recorded = new Map<string, number>();
      const onEnd = ({ jobId }: WorkOrder, end: string) => {
        if (end === "recorded") recorded.set(jobId, (recorded.get(jobId) ?? 0) + 1);
      };
      const start = (owner: string, workMs: number) =>
        startRestless({
          ...{ url: database.url, fetch: worker.fetch, random, onEnd },
          ...{ lost: LOST_REPLIES, workMs, owner },
        });
      // A victim never ends its work, so that it holds jobs when it is killed.
      const startVictim = () => start("victim", ENDLESS_MS);
      let victim = startVictim();
      await vi.waitUntil(() => holdsJobs("victim"), { timeout: 30_000 });
      const running: Restless[] = Array.from({ length: PROCESSORS }, () => start("worker", LONG ? 200 : 60));
      const succeeded = async () =>
        Number((await query("SELECT count(*)::int AS n FROM video_transcode_job WHERE state = 'SUCCEEDED'"))[0]!.n);
      try {
        for (let round = 0; (await succeeded()) < 2 * POSTS; round++) {
          if (round < KILLS) {
            await victim.kill();
            if (round + 1 < KILLS) victim = startVictim();
            // Of the connections of processors, some end in the middle of a statement.
            await query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'processor'");
          }
          await persistence.jobs.requeueDue(Date.now());
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
      } finally {
        await Promise.all(running.map((processor) => processor.stop()));
        await worker.settled();
      }
      const jobs = await query("SELECT job_id, kind, state, claim_no FROM video_transcode_job ORDER BY job_id");
      expect(jobs).toHaveLength(2 * POSTS);
      expect(jobs.filter(({ kind }) => kind === "ENCRYPT")).toHaveLength(POSTS);
      expect(jobs.filter(({ state }) => state !== "SUCCEEDED")).toEqual([]);
      expect([...recorded].filter(([, times]) => times > 1)).toEqual([]);
      // Only a processor that was killed may have recorded a result without a trace here.
      expect(recorded.size).toBeGreaterThanOrEqual(2 * POSTS - 2 * KILLS);
      expect(jobs.some(({ claim_no }) => Number(claim_no) > 1)).toBe(true);
      const posts = await query(
        "SELECT status, enc_path, f.key_version FROM video_post p JOIN video_file_post f ON f.video_id = p.id",
      );
      expect(posts.filter(({ enc_path }) => enc_path === null)).toEqual([]);
    },
    MOST_MS,
  );
});
