import type { Persistence } from "../../shared/application/persistence.ts";
import type { JobLease } from "../../shared/application/ports/job-store.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import type { TestPersistence } from "../../test/contract/persistence.ts";
import { LEASE_MS, NOW, publishPost, reload, savePost } from "../../test/contract/steps.ts";

/** Beyond every row of the feed: what an isolate reads while nothing is revoked. */
const END_OF_FEED = 1e12;
const JOBS_OF_A_POST = 100;

/** What callers measure, by name. It runs beside the database: in this process, or in a Worker over its binding. */
export type Operations = {
  /** Stores jobs that wait, and posts that play. Returns the ids of these. */
  setUp(sizes: { readonly posts: number; readonly jobs: number }): Promise<string[]>;
  /** The id of the job that was claimed; null where none is due. */
  claim(leaseToken: string): Promise<string | null>;
  release(lease: JobLease): Promise<boolean>;
  /** Loads a post and saves it with another description: two calls of the port. */
  save(videoPostId: string): Promise<string>;
  /** What the key endpoint reads of a part. */
  snapshot(videoPostId: string): Promise<string>;
  /** How many rows of the feed are new. */
  feed(): Promise<number>;
};

export type OperationName = keyof Operations;

export function operationsOn(persistence: Persistence): Operations {
  const { jobs, posts, gateReadings } = persistence;
  return {
    setUp: (sizes) => setUp(persistence as TestPersistence, sizes),
    claim: async (leaseToken) => {
      const kinds = ["TRANSCODE", "ENCRYPT"] as const;
      const claimed = await jobs.claim({ leaseToken, owner: "bench", kinds, now: NOW, leaseMs: LEASE_MS });
      return claimed?.job.jobId ?? null;
    },
    release: (lease) => jobs.release({ ...lease, now: NOW }),
    save: async (videoPostId) => {
      const from = await reload({ posts }, videoPostId);
      return posts.save({ from, post: { ...from, description: secretId() }, events: [], jobs: [] }, NOW);
    },
    snapshot: async (videoPostId) => {
      const { part } = await gateReadings.readPart(videoPostId, 0);
      return part?.playing?.prefix ?? "";
    },
    feed: async () => (await gateReadings.feedAfter(END_OF_FEED, 100)).length,
  };
}

async function setUp(persistence: TestPersistence, { posts, jobs }: { posts: number; jobs: number }) {
  const ids: string[] = [];
  // Posts first: the steps of the contract claim the job that is due.
  for (let n = 0; n < posts; n++) ids.push((await publishPost(persistence)).id);
  for (let stored = 0; stored < jobs; stored += JOBS_OF_A_POST) {
    await savePost(persistence, { parts: Math.min(JOBS_OF_A_POST, jobs - stored) });
  }
  return ids;
}
