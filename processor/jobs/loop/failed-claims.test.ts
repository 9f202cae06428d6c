import { expect, it } from "vitest";
import { createJobClient } from "../../adapters/job-client.ts";
import { createLogger } from "../../log.ts";
import { runJobLoop } from "./job-loop.ts";
import { PROCESSOR_TOKEN, startJobService, transcodeOrder } from "./job-service.fixture.ts";
import { woken } from "./waiting.ts";

const FAR_MS = 60_000;

it("a claim that failed is repeated as soon as it is known that it may succeed", async () => {
  await using service = await startJobService();
  service.queue.push(transcodeOrder("j1"));
  service.faults.set(
    "claim",
    Array.from({ length: 4 }, () => ({ kind: "status", status: 503 }) as const),
  );
  const stop = new AbortController();
  const back = Promise.withResolvers<void>();
  const pauses: number[] = [];
  const afterFailure = async (ms: number) => {
    pauses.push(ms);
    await back.promise;
  };
  let recorded = false;
  const record = async () => {
    recorded = true;
  };
  const loop = runJobLoop({
    client: createJobClient({ serviceUrl: service.url, processorToken: PROCESSOR_TOKEN, sleep: async () => {} }),
    log: createLogger({ level: "silent", secrets: [] }),
    run: async () => ({ kind: "done", record }),
    ...{ owner: "test/1", concurrency: 1, heartbeatMs: FAR_MS, pollMs: FAR_MS, finalReportTimeoutMs: 1000 },
    ...{ random: () => 0.5, stop: stop.signal, waiting: woken(() => FAR_MS, Math.random, afterFailure) },
  });
  await service.until(() => pauses.length === 1);
  back.resolve();
  await service.until(() => recorded);
  stop.abort();
  await loop;
  expect(pauses).toEqual([22_500]);
});
