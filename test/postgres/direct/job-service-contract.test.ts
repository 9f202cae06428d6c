import { afterEach, inject } from "vitest";
import { describeJobService, type JobServiceTest } from "../../contract/job-service.ts";
import { NOW } from "../../contract/steps.ts";
import { openTestDatabase } from "../pg-persistence.ts";
import { startInternalWorker } from "./internal-worker.ts";
import { type DirectProcessor, openDirect } from "./open-direct.ts";

const database = await openTestDatabase(inject("postgresNewest"));
const opened: DirectProcessor[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ end }) => end()));
});

async function openDirectly(): Promise<JobServiceTest> {
  const persistence = await database.open();
  let time = NOW;
  const now = () => time;
  const worker = startInternalWorker(persistence, now);
  const processor = openDirect({ url: database.url, fetch: worker.fetch, now });
  opened.push(processor);
  return {
    ...{ service: processor.service, persistence, now },
    advance: (ms) => {
      time += ms;
    },
    settled: async () => {
      await processor.settled();
      await worker.settled();
    },
    deleted: () => worker.deleted,
    liveProgress: async (claim) => worker.liveProgress(claim),
  };
}

describeJobService("Direct, with Postgres", openDirectly);
