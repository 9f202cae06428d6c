import { continueKeyRotations } from "../../../shared/application/commands/continue-key-rotations.ts";
import type {
  RotationItemView,
  RotationProgressView,
} from "../../../shared/application/protocols/rotation-protocol.ts";
import { database } from "./inspection.ts";
import { emptyQueue, fail } from "./one-job.ts";
import { claim, type PublishedPost, publishPost } from "./published-post.ts";
import { administer } from "./viewing.ts";
import type { TestWorker } from "./worker.ts";

/* What an operator does with rotation batches, over HTTP; each test selects the posts that it has made itself. */

export const ROTATIONS = "/admin/video/enc/rotations";

export type RotationTest = {
  /** Of the posts of this test. */
  readonly createdFrom: string;
  publish(count: number): Promise<PublishedPost[]>;
  ask(body: Record<string, unknown>): ReturnType<typeof administer>;
  begin(more?: Record<string, unknown>): Promise<string>;
  /** How far it is, or what a step that it takes answers. */
  batch(batchId: string, step?: string): Promise<RotationProgressView>;
  items(batchId: string, query?: string): Promise<RotationItemView[]>;
  /** ENCRYPT jobs that wait. */
  live(): Promise<number>;
  /** What the Cron Trigger does every minute. */
  step(): Promise<void>;
  failNext(): Promise<void>;
};

/** Nothing is left of the test before. */
export async function rotationTest(worker: TestWorker): Promise<RotationTest> {
  await emptyQueue();
  for (const table of ["key_rotation_item", "key_rotation_batch"]) await database.remove(table);
  worker.advance(1000);
  const createdFrom = new Date(worker.context.now()).toISOString();
  const ask: RotationTest["ask"] = (body) =>
    administer(worker, "POST", ROTATIONS, { selection: { createdFrom }, ...body });
  return {
    createdFrom,
    ask,
    publish: async (count) => {
      const posts: PublishedPost[] = [];
      for (let n = 0; n < count; n++) posts.push(await publishPost(worker));
      return posts;
    },
    begin: async (more = {}) => {
      const { status, body } = await ask(more);
      if (status !== 202 || body.state !== "RUNNING") throw new Error(`${status} ${body.state ?? body.code}`);
      return body.batchId as string;
    },
    batch: async (batchId, step) => {
      const path = `${ROTATIONS}/${batchId}${step === undefined ? "" : `/${step}`}`;
      const { status, body } = await administer(worker, step === undefined ? "GET" : "POST", path, undefined);
      if (status !== 200) throw new Error(`${status} ${body.code}`);
      return body as RotationProgressView;
    },
    items: async (batchId, query = "") => {
      const { body } = await administer(worker, "GET", `${ROTATIONS}/${batchId}/items${query}`, undefined);
      return body.items as RotationItemView[];
    },
    live: async () => (await worker.context.jobs.list({ state: "QUEUED", kind: "ENCRYPT", limit: 100 })).length,
    step: () => continueKeyRotations(worker.context, worker.context.now()),
    failNext: async () => {
      await fail(worker, await claim(worker));
      await worker.settled();
    },
  };
}
