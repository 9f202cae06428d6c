import { beforeEach, describe, expect, it, vi } from "vitest";
import type { LaunchAnswer } from "../../../edge/launchers/launcher.ts";
import { runScheduled } from "../../../edge/scheduled.ts";
import { type FakeLauncher, fakeLauncher, nothingLaunched, ON_BATCH } from "../support/fake-launcher.ts";
import { claimed, newestJob } from "../support/one-job.ts";
import { createPost } from "../support/published-post.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const MINUTE = 60_000;

let platform: FakeLauncher;
let worker: TestWorker;

beforeEach(async () => {
  await nothingLaunched();
  platform = fakeLauncher();
  worker = startWorker(ON_BATCH, { launcher: platform });
  vi.spyOn(console, "error").mockImplementation(() => {});
});

const later = async (ms: number) => {
  worker.advance(ms);
  await runScheduled(worker.context);
};
const cancel = async (jobId: string) => {
  expect((await worker.admin("POST", `/api/v2/jobs/${jobId}/cancel`)).status).toBe(202);
};
const launchOf = async (jobId: string) => (await worker.context.launches.newestOf([jobId])).get(jobId);

async function created(): Promise<string> {
  const videoPostId = await createPost(worker);
  await worker.settled();
  return newestJob(worker, videoPostId);
}

describe("the container of a cancelled job", () => {
  it.each(["waits", "has claimed it"])("is stopped at once where it %s", async (how) => {
    const jobId = await created();
    if (how === "has claimed it") await claimed(worker, jobId);
    await cancel(jobId);
    await worker.settled();
    expect(platform.stops).toEqual([`run-${platform.orders[0]!.launchId}`]);
    await later(MINUTE);
    expect(platform.stops).toHaveLength(1);
    expect(await launchOf(jobId)).toMatchObject({ state: "ENDED" });
  });

  it("is stopped where the platform answers after the cancellation", async () => {
    const { promise, resolve } = Promise.withResolvers<LaunchAnswer>();
    platform.answers.push(() => promise);
    const videoPostId = await createPost(worker);
    await expect.poll(() => platform.orders).toHaveLength(1);
    const jobId = await newestJob(worker, videoPostId);
    await cancel(jobId);
    expect(platform.stops).toEqual([]);
    resolve({ kind: "launched", platformId: "late" });
    await worker.settled();
    expect(platform.stops).toEqual(["late"]);
  });

  it("is stopped again by each scan until the platform confirms its end", async () => {
    platform.stopping = "later";
    const jobId = await created();
    const platformId = `run-${platform.orders[0]!.launchId}`;
    await cancel(jobId);
    await worker.settled();
    await later(MINUTE);
    await later(MINUTE);
    expect(platform.stops).toEqual([platformId, platformId, platformId]);
    platform.runs.set(platformId, { platformId, jobId, state: "ended", reason: "Stopped.", exitCode: 143 });
    await later(MINUTE);
    await later(MINUTE);
    expect(platform.stops).toHaveLength(3);
    expect(await launchOf(jobId)).toMatchObject({ state: "ENDED", reason: "Stopped.", exitCode: 143 });
  });

  it("is stopped although the platform describes nothing, and a stop that fails is repeated", async () => {
    platform.describe = async () => Promise.reject(new Error("HTTP 500"));
    const { stop } = platform;
    let failures = 1;
    platform.stop = async (...call) => {
      if (failures-- > 0) throw new Error("HTTP 503");
      return stop(...call);
    };
    const jobId = await created();
    await cancel(jobId);
    await worker.settled();
    expect(platform.stops).toEqual([]);
    await later(MINUTE);
    expect(platform.stops).toHaveLength(1);
  });

  it("is stopped when its post is deleted", async () => {
    const videoPostId = await createPost(worker);
    await worker.settled();
    await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`);
    await worker.settled();
    expect(platform.stops).toHaveLength(1);
  });
});

describe("a container that does not claim its job", () => {
  it("is stopped after LAUNCH_TIMEOUT_SECONDS, and the job is launched again", async () => {
    const jobId = await created();
    await later(900_000);
    expect(platform.stops).toEqual([`run-${platform.orders[0]!.launchId}`]);
    expect(platform.orders.map((order) => order.jobId)).toEqual([jobId, jobId]);
  });

  it("is not stopped where it claims at the last moment and runs", async () => {
    worker = startWorker({ ...ON_BATCH, JOB_LEASE_SECONDS: "600" }, { launcher: platform });
    const jobId = await created();
    platform.stopping = "later";
    await later(900_000);
    await claimed(worker, jobId);
    await later(MINUTE);
    await later(MINUTE);
    expect(platform.stops).toHaveLength(1);
    expect((await worker.context.jobs.find(jobId))?.state).toBe("RUNNING");
  });
});
