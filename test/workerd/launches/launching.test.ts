import { beforeEach, describe, expect, it, vi } from "vitest";
import { runScheduled } from "../../../edge/scheduled.ts";
import { uuidV7 } from "../../../shared/lib/random-id.ts";
import {
  type FakeLauncher,
  fakeLauncher,
  nothingLaunched,
  ON_BATCH,
  ON_FLY,
  refusing,
} from "../support/fake-launcher.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { database } from "../support/inspection.ts";
import { addJob, claimed, fail, newestJob, PROCESSOR } from "../support/one-job.ts";
import { call, createPost, encryptPost, publishPost, report, transcodeReport } from "../support/published-post.ts";
import { site } from "../support/webhook-site.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

let platform: FakeLauncher;
let worker: TestWorker;

beforeEach(async () => {
  await nothingLaunched();
  platform = fakeLauncher();
  worker = startWorker(ON_BATCH, { launcher: platform });
  vi.spyOn(console, "error").mockImplementation(() => {});
});

const scan = () => runScheduled(worker.context);
const later = async (ms: number) => {
  worker.advance(ms);
  await scan();
};
const jobs = () => platform.orders.map(({ jobId }) => jobId);
const viewOf = async (jobId: string) =>
  (await (await worker.admin("GET", `/api/v2/jobs/${jobId}`)).json()) as Record<string, never>;

async function created(): Promise<string> {
  const videoPostId = await createPost(worker);
  await worker.settled();
  return newestJob(worker, videoPostId);
}

describe("a job", () => {
  it("is launched behind the save that creates it, with what its source needs, and says so", async () => {
    const jobId = await created();
    const [order, ...others] = platform.orders;
    expect(others).toEqual([]);
    expect(order).toEqual({
      ...{ jobId, launchId: expect.any(String), kind: "TRANSCODE", region: null, sourceHost: "origin.example" },
      resources: { vcpus: 8, memoryMib: 16_384, diskGib: 100, leastDiskGib: 4 },
    });
    const { launchId } = order!;
    const launch = { launchId, jobId, number: 1, state: "STARTED", platform: "aws-batch", reason: null };
    expect(await viewOf(jobId)).toMatchObject({
      launchAfter: null,
      launch: { ...launch, platformId: `run-${launchId}` },
    });
    const list = (await (await worker.admin("GET", "/api/v2/jobs?state=QUEUED")).json()) as { jobs: object[] };
    expect(list.jobs).toMatchObject([{ jobId, launch }]);
    await later(MINUTE);
    expect(jobs()).toEqual([jobId]);
  });

  it("is launched by the scan where its save was made elsewhere, and when an operator retries it", async () => {
    const { videoPostId } = await publishPost(startWorker());
    const jobId = uuidV7(Date.now());
    await addJob(worker, videoPostId, { jobId, kind: "ENCRYPT" });
    expect(jobs()).toEqual([]);
    await scan();
    expect(jobs()).toEqual([jobId]);
    await fail(worker, await claimed(worker, jobId));
    await worker.admin("POST", `/api/v2/jobs/${jobId}/retry`);
    await worker.settled();
    expect(jobs()).toEqual([jobId, jobId]);
  });

  it("is launched when a processor that is connected to the database asks for a dispatch", async () => {
    const { videoPostId } = await publishPost(startWorker());
    const jobId = uuidV7(Date.now());
    await addJob(worker, videoPostId, { jobId, kind: "ENCRYPT" });
    await worker.fetch("/internal/outbox/dispatch", { method: "POST", headers: PROCESSOR });
    await worker.settled();
    expect(jobs()).toEqual([jobId]);
  });

  it("is launched again when its wait after a failure is over, and not before", async () => {
    const jobId = await created();
    await fail(worker, await claimed(worker, jobId), false);
    await later(10 * SECOND);
    expect(jobs()).toEqual([jobId]);
    await later(MINUTE);
    expect(jobs()).toEqual([jobId, jobId]);
  });

  it("takes one launch for both jobs of a part whose container follows up", async () => {
    const jobId = await created();
    const order = await claimed(worker, jobId);
    await report(worker, order, "transcode-result", { ...transcodeReport(["360p"]), followsUp: true });
    await later(30 * SECOND);
    const { videoPostId } = await viewOf(jobId);
    const encryptJobId = await newestJob(worker, videoPostId!);
    expect(await viewOf(encryptJobId)).toMatchObject({
      kind: "ENCRYPT",
      launch: { launchId: platform.orders[0]!.launchId },
    });
    await encryptPost(worker, videoPostId);
    await later(MINUTE);
    expect(jobs()).toEqual([jobId]);
    expect(await viewOf(encryptJobId)).toMatchObject({ state: "SUCCEEDED", launch: { state: "ENDED" } });
  });

  it("gets its own launch where the container did not follow up", async () => {
    const jobId = await created();
    const order = await claimed(worker, jobId);
    await report(worker, order, "transcode-result", { ...transcodeReport(["360p"]), followsUp: true });
    await later(61 * SECOND);
    const { videoPostId } = await viewOf(jobId);
    expect(jobs()).toEqual([jobId, await newestJob(worker, videoPostId!)]);
  });

  it("is launched at once where the result says nothing of following up", async () => {
    const jobId = await created();
    await report(worker, await claimed(worker, jobId), "transcode-result", transcodeReport(["360p"]));
    const { videoPostId } = await viewOf(jobId);
    expect(jobs()).toEqual([jobId, await newestJob(worker, videoPostId!)]);
    expect(platform.orders[1]).toMatchObject({ kind: "ENCRYPT", resources: { vcpus: 1, memoryMib: 2048 } });
  });
});

describe("a launch", () => {
  it("whose call breaks off is repeated after its backoff, with the reason in the view of the job", async () => {
    platform.answers.push(() => Promise.reject(new Error("HTTP 503 of https://platform.example/?token=secret")));
    const jobId = await created();
    const launch = { state: "STARTING", reason: "HTTP 503 of https://platform.example/" };
    expect(await viewOf(jobId)).toMatchObject({ launch });
    await later(10 * SECOND);
    expect(jobs()).toEqual([jobId]);
    await later(30 * SECOND);
    expect(jobs()).toEqual([jobId, jobId]);
    expect(new Set(platform.orders.map(({ launchId }) => launchId)).size).toBe(2);
  });

  it("that an isolate took and never ordered is repeated after LAUNCH_TIMEOUT_SECONDS", async () => {
    const { videoPostId } = await publishPost(startWorker());
    const jobId = uuidV7(Date.now());
    await addJob(worker, videoPostId, { jobId, kind: "ENCRYPT" });
    const now = worker.context.now();
    const lost = { launchIds: [uuidV7(now)], now, platform: "aws-batch", regions: [], maxInFlight: 9, rate: null };
    expect(await worker.context.launches.take({ ...lost, timeoutMs: 900 * SECOND })).toHaveLength(1);
    // The clock of the test runs on, so that a busy machine needs some room.
    await later(800 * SECOND);
    expect(jobs()).toEqual([]);
    await later(101 * SECOND);
    expect(jobs()).toEqual([jobId]);
  });

  it("that is refused for capacity goes to the next region at once, and waits when all have refused", async () => {
    worker = startWorker({ ...ON_BATCH, LAUNCH_REGIONS: "eu-central-1,eu-west-1" }, { launcher: platform });
    platform.answers.push(refusing("capacity", "No hosts."), refusing("capacity", "No hosts either."));
    const jobId = await created();
    expect(platform.orders.map(({ region }) => region)).toEqual(["eu-central-1", "eu-west-1"]);
    const launch = { number: 2, state: "REFUSED", region: "eu-west-1", cause: "capacity", reason: "No hosts either." };
    expect(await viewOf(jobId)).toMatchObject({ state: "QUEUED", launch });
    await later(2 * MINUTE);
    expect(platform.orders.map(({ region }) => region)).toEqual(["eu-central-1", "eu-west-1", "eu-central-1"]);
  });

  it("that is throttled holds back all others for the time that the platform names", async () => {
    platform.answers.push(refusing("throttled", "Too many requests.", 100));
    const first = await created();
    const second = await created();
    await later(50 * SECOND);
    expect(jobs()).toEqual([first]);
    await later(55 * SECOND);
    expect(jobs().toSorted()).toEqual([first, first, second].toSorted());
  });

  it("sends a webhook with the platform's reason, once for each launch and state", async () => {
    worker = startWorker({ ...ON_BATCH, WEBHOOK_ADDRESSES: "any" }, { launcher: platform });
    const endpoint = { url: `${site.origin}/launches`, events: ["job.launch_delayed"] };
    await worker.admin("POST", "/api/v2/webhooks", endpoint);
    platform.answers.push(refusing("misconfigured", "The image does not exist."));
    const jobId = await created();
    const deliveries = await database.rows<{ body: string }>("webhook_delivery", { type: "job.launch_delayed" });
    const { launchId } = platform.orders[0]!;
    const data = { jobId, launchId, platform: "aws-batch", fileIndex: 0, state: "REFUSED", cause: "misconfigured" };
    expect(deliveries.map(({ body }) => JSON.parse(body))).toMatchObject([
      { type: "job.launch_delayed", data: { ...data, reason: "The image does not exist." } },
    ]);
  });

  it("fails its job after LAUNCH_MAX_ATTEMPTS without a claim, with the last reason; a retry starts over", async () => {
    worker = startWorker({ ...ON_BATCH, LAUNCH_MAX_ATTEMPTS: "2" }, { launcher: platform });
    platform.answers.push(refusing("misconfigured", "First."), refusing("misconfigured", "The image does not exist."));
    const jobId = await created();
    await later(2 * MINUTE);
    expect(await viewOf(jobId)).toMatchObject({ state: "QUEUED" });
    await later(5 * MINUTE);
    const failReason = expect.stringContaining("The image does not exist.");
    expect(await viewOf(jobId)).toMatchObject({ state: "FAILED", failCode: "launch-failed", failReason });
    await worker.admin("POST", `/api/v2/jobs/${jobId}/retry`);
    await worker.settled();
    expect(jobs()).toEqual([jobId, jobId, jobId]);
    expect(await viewOf(jobId)).toMatchObject({ state: "QUEUED", launch: { state: "STARTED" } });
  });

  it("says why its container does not start, or has ended, and is repeated after the end", async () => {
    const jobId = await created();
    const platformId = `run-${platform.orders[0]!.launchId}`;
    const run = { ...platform.runs.get(platformId)!, reason: "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY" };
    platform.runs.set(platformId, { ...run, state: "waiting" });
    await later(MINUTE);
    expect(await viewOf(jobId)).toMatchObject({ launch: { state: "STARTED", reason: run.reason } });
    platform.runs.set(platformId, { ...run, state: "ended", reason: "CannotPullContainerError", exitCode: 1 });
    await later(MINUTE);
    const launch = { state: "ENDED", reason: "CannotPullContainerError", exitCode: 1 };
    expect(await viewOf(jobId)).toMatchObject({ state: "QUEUED", launch });
    await later(MINUTE);
    expect(jobs()).toEqual([jobId, jobId]);
  });
});

describe("launches of several isolates", () => {
  it("are one for each job and keep to LAUNCH_MAX_IN_FLIGHT together", async () => {
    const source = { sourceUrl: "https://origin.example/film.mp4", fileName: "film.mp4" };
    await createPost(startWorker(), { uploadFileList: Array.from({ length: 5 }, () => source) });
    const settings = { ...ON_BATCH, LAUNCH_MAX_IN_FLIGHT: "3" };
    const isolates = Array.from({ length: 3 }, () => startWorker(settings, { launcher: platform }));
    await Promise.all(isolates.map(({ context }) => runScheduled(context)));
    expect(new Set(jobs()).size).toBe(3);
    expect(jobs()).toHaveLength(3);
  });

  it("keep to the rate of Fly, one a second after a burst of three", async () => {
    const source = { sourceUrl: "https://origin.example/film.mp4", fileName: "film.mp4" };
    await createPost(startWorker(), { uploadFileList: Array.from({ length: 5 }, () => source) });
    const seen: number[] = [];
    let at = Date.now();
    const wait = async (ms: number) => {
      seen.push(platform.orders.length);
      at += ms;
    };
    const fly = startWorker(ON_FLY, { launcher: platform, wait, now: () => at });
    await runScheduled(fly.context);
    expect(seen).toEqual([3, 4, 5]);
  });
});

describe("a deployment without work", () => {
  it("launches nothing in an hour, and its launches cost the scan one statement", async () => {
    const statementsOf = async (settings: object) => {
      const { bindings, statements } = faultyDatabase();
      worker = startWorker({ ...bindings, ...settings }, { launcher: platform });
      const counts: number[] = [];
      for (let minute = 0; minute < 3; minute++) {
        const before = statements();
        await later(MINUTE);
        counts.push(statements() - before);
      }
      return counts.at(-1)!;
    };
    expect((await statementsOf(ON_BATCH)) - (await statementsOfNone())).toBe(1);
    worker = startWorker(ON_BATCH, { launcher: platform });
    for (let minute = 0; minute < 60; minute++) await later(MINUTE);
    expect([platform.orders, platform.describes]).toEqual([[], []]);
  }, 240_000);

  async function statementsOfNone(): Promise<number> {
    const { bindings, statements } = faultyDatabase();
    worker = startWorker(bindings);
    await later(MINUTE);
    await later(MINUTE);
    const before = statements();
    await later(MINUTE);
    return statements() - before;
  }

  it("stores nothing of launches where LAUNCHER is none, whatever a result says", async () => {
    worker = startWorker();
    const before = await database.count("job_launch", {});
    const jobId = await created();
    const order = await claimed(worker, jobId);
    await call(worker, order, "transcode-result", { ...transcodeReport(["360p"]), followsUp: true });
    await worker.settled();
    await scan();
    const { videoPostId } = await viewOf(jobId);
    expect(await viewOf(await newestJob(worker, videoPostId!))).toMatchObject({ launchAfter: null, launch: null });
    expect(await database.count("job_launch", {})).toBe(before);
  });
});
