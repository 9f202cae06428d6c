import { expect, it } from "vitest";
import { faultyDatabase } from "../support/faulty-database.ts";
import { call, claim, createPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker } from "../support/worker.ts";

it("reports progress without a statement, and a heartbeat with one", async () => {
  const counted = faultyDatabase(testEnv.DB);
  const worker = startWorker({ DB: counted.db });
  const order = await claim(worker, await createPost(worker));
  counted.reset();
  expect((await call(worker, order, "progress", { stage: "ENCODING", percent: 7 })).status).toBe(204);
  expect(counted.trips()).toBe(0);
  expect((await call(worker, order, "heartbeat", { stage: "ENCODING", percent: 7 })).status).toBe(200);
  expect(counted.trips()).toBe(1);
});
