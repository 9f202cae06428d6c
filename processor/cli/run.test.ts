import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createJobClient } from "../adapters/job-client.ts";
import { readConfig } from "../config/config.ts";
import type { JobOutcome, JobRun } from "../jobs/loop/job-outcome.ts";
import { type JobService, PROCESSOR_TOKEN, startJobService, transcodeOrder } from "../jobs/loop/job-service.fixture.ts";
import { createLogger } from "../log.ts";
import { RetryableError } from "../retryable-error.ts";
import { runPart } from "./run.ts";

type Run = (order: { jobId: string }, run: JobRun) => Promise<JobOutcome>;

/** The exit code of `run j1` with `work` as the job. */
async function codeOf(
  service: JobService,
  work: Run,
  more: { stop?: AbortSignal; heartbeatSeconds?: string } = {},
): Promise<number> {
  const read = readConfig({
    ...{ LADDERLOCK_URL: service.url, PROCESSOR_TOKEN, S3_ENDPOINT: service.url, S3_ACCESS_KEY_ID: "id" },
    ...{ S3_SECRET_ACCESS_KEY: "key", SOURCE_BUCKET: "source", PLAYBACK_BUCKET: "playback" },
    HEARTBEAT_SECONDS: more.heartbeatSeconds,
    STOP_SECONDS: "1",
  });
  if (read.kind === "invalid") throw new Error(read.problems.join());
  const client = createJobClient({ ...read.config, sleep: async () => delay(1) });
  const log = createLogger({ level: "silent", secrets: [] });
  const context = { config: read.config, client, log, run: work };
  return runPart("j1", context, () => null, more.stop ?? new AbortController().signal);
}

const done: Run = async () => ({ kind: "done", record: async () => {} });
const never: Run = async () => {
  throw new Error("there was nothing to run");
};
const untilAborted: Run = (_order, { signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));

describe("running one job", () => {
  it("ends with 0 when it is done, and claims that job alone", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("other"), transcodeOrder("j1"));
    const ran: string[] = [];
    const work: Run = async (order, run) => {
      ran.push(order.jobId);
      return done(order, run);
    };
    expect(await codeOf(service, work)).toBe(0);
    expect(ran).toEqual(["j1"]);
    expect(service.routes().filter((route) => route.endsWith("claim"))).toEqual(["j1/claim"]);
  });

  it.each([
    ["0 when it was done before", { outcome: "ended", state: "SUCCEEDED", failReason: null }, 0],
    ["0 when it was cancelled", { outcome: "ended", state: "CANCELLED", failReason: null }, 0],
    ["65 when it has failed", { outcome: "ended", state: "FAILED", failReason: "No video." }, 65],
    ["65 when there is no such job", { outcome: "unknown" }, 65],
    ["75 when somebody else holds it", { outcome: "later", because: "leased", at: 1 }, 75],
    ["75 when it waits for its time", { outcome: "later", because: "waiting", at: 1 }, 75],
  ] as const)("ends with %s, without running anything", async (_name, reply, code) => {
    await using service = await startJobService();
    service.replies.set("j1", reply);
    expect(await codeOf(service, never)).toBe(code);
  });

  it("ends with 65 when the work order cannot be read, and fails the job", async () => {
    await using service = await startJobService();
    service.queue.push({ ...transcodeOrder("j1"), leaseMs: "soon" } as never);
    expect(await codeOf(service, never)).toBe(65);
    expect(service.routes("j1")).toEqual(["j1/claim", "j1/fail"]);
  });

  it("ends with 65 when the source is refused", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"));
    expect(
      await codeOf(service, async () => ({ kind: "refused", code: "source-unreadable", reason: "This is a text." })),
    ).toBe(65);
  });

  it("ends with 75 after a retryable error while attempts are left, and with 65 after the last", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"));
    const work: Run = async () => {
      throw new RetryableError("source-unreachable", "The network went away.");
    };
    expect(await codeOf(service, work)).toBe(75);
    service.exhausted = true;
    expect(await codeOf(service, work)).toBe(65);
  });

  it("ends with 75 when it is stopped, and returns the job", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"));
    const stop = new AbortController();
    const work: Run = (order, run) => {
      const running = untilAborted(order, run);
      stop.abort();
      return running;
    };
    expect(await codeOf(service, work, { stop: stop.signal })).toBe(75);
    expect(service.routes("j1")).toContain("j1/release");
  });

  it("returns a job whose claim was answered after the stop", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"));
    expect(await codeOf(service, never, { stop: AbortSignal.abort() })).toBe(75);
    expect(service.routes("j1")).toEqual(["j1/claim", "j1/release"]);
  });

  it("ends with 0 when it is cancelled while it runs", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"));
    service.cancelRequested.add("j1");
    expect(await codeOf(service, untilAborted, { heartbeatSeconds: "0.05" })).toBe(0);
    expect(service.routes("j1")).toContain("j1/cancelled");
  });

  it("ends with 75 when the lease is lost", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"));
    service.faults.set("heartbeat", [{ kind: "status", status: 409, code: "lease-lost" }]);
    expect(await codeOf(service, untilAborted, { heartbeatSeconds: "0.05" })).toBe(75);
  });

  it("claims with one lease token until a claim is answered", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"));
    service.faults.set(
      "claim",
      Array.from({ length: 5 }, () => ({ kind: "lose-reply" }) as const),
    );
    expect(await codeOf(service, done)).toBe(0);
    const tokens = service.calls.filter(({ route }) => route === "j1/claim").map(({ body }) => body.leaseToken);
    expect([tokens.length, new Set(tokens).size]).toEqual([6, 1]);
  });

  it("ends with 75 when the Worker does not answer, and with 78 when it refuses the processor", async () => {
    await using service = await startJobService();
    const always = (status: number) => Array.from({ length: 16 }, () => ({ kind: "status", status }) as const);
    service.faults.set("claim", always(503));
    expect(await codeOf(service, never)).toBe(75);
    for (const status of [401, 403, 404]) {
      service.faults.set("claim", always(status));
      expect(await codeOf(service, never)).toBe(78);
    }
  });
});
