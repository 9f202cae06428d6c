import { afterAll, beforeAll, expect, it } from "vitest";
import { bodyOf, type Client, createClient } from "../../client/index.ts";
import { FakeProcessor } from "./fake-processor.ts";
import { type KillableWorker, startKillableWorker } from "./killable-worker.ts";
import { ReconnectingListener } from "./reconnecting-listener.ts";
import { TEST_SECRETS } from "./test-secrets.ts";

/* Many listeners, through cut connections and a crash of the Worker. The processor is a client that only reports. */

const isLong = process.env.LONG_TESTS === "1";
const LISTENERS_OF_ONE_JOB = isLong ? 200 : 30;
const JOBS = isLong ? 50 : 8;
const REPORTS = 12;
const CUTS = 5;

let worker: KillableWorker;
let client: Client;
beforeAll(async () => {
  worker = await startKillableWorker();
  client = createClient({ baseUrl: worker.origin, token: TEST_SECRETS.ADMIN_API_KEY });
});
afterAll(() => worker?.stop());

async function createJob(n: number): Promise<string> {
  const body = { url: `https://origin.example/${n}.mp4`, title: `Film ${n}`, resourceType: "VIDEO" } as const;
  return bodyOf(await client.createEncoderJob({ body })).jobId;
}

const percentOf = (report: number) => report * 8;
const PERCENTS = Array.from({ length: REPORTS }, (_, n) => percentOf(n + 1));

it("brings listeners of one job and of many jobs every event in order, through cuts and a crash of the Worker", async () => {
  const jobs: string[] = [];
  for (let n = 0; n < JOBS; n++) jobs.push(await createJob(n));
  const [crowded = "", ...others] = jobs;
  const listen = (jobId: string) => new ReconnectingListener(worker.origin, jobId);
  const listeners = Array.from({ length: LISTENERS_OF_ONE_JOB }, () => listen(crowded));
  const alone = others.map(listen);
  const all = [...listeners, ...alone];
  // The first listener is cut off by itself, the others by the crash only.
  const unlucky = listeners[0]!;
  await Promise.all(all.map((listener) => listener.connected()));

  const processors = await Promise.all(jobs.map((jobId) => FakeProcessor.claim(worker.origin, jobId)));
  for (let report = 1; report <= REPORTS; report++) {
    await Promise.all(processors.map((processor) => processor.encoding(percentOf(report))));
    if (report < CUTS) await unlucky.cutAfter(percentOf(report));
    if (report === REPORTS / 2) await worker.killAndRestart();
  }
  const [first, ...rest] = processors;
  await Promise.all([first!.complete(), ...rest.map((processor) => processor.fail())]);

  const received = await Promise.all(all.map((listener) => listener.ended()));
  expect(unlucky.connections()).toBe(CUTS + 1);
  for (const [index, events] of received.entries()) {
    const ids = events.map(({ id }) => Number(id.split(".")[1]));
    expect(ids, `the order of ${index}`).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
    const ofProgress = events
      .filter(({ data }) => data.stage === "ENCODING")
      .map(({ data }) => data.progressPercentage);
    expect(ofProgress, `the progress of ${index}`).toEqual(PERCENTS);
    expect(events.at(-1)!.event).toBe(index < LISTENERS_OF_ONE_JOB ? "job-completed" : "job-failed");
  }
});
