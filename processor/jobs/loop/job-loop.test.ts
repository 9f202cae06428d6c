import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createJobClient } from "../../adapters/job-client.ts";
import { createLogger } from "../../log.ts";
import { RetryableError, VerificationFault } from "../../retryable-error.ts";
import { runJobLoop } from "./job-loop.ts";
import type { JobOutcome, JobRun } from "./job-outcome.ts";
import { type JobService, PROCESSOR_TOKEN, startJobService, transcodeOrder } from "./job-service.fixture.ts";

type Run = (order: { jobId: string }, run: JobRun) => Promise<JobOutcome>;

/** Runs a loop with `run` as its work until `until` is over, and then stops it. */
async function loopWhile(
  service: JobService,
  run: Run,
  until: () => Promise<void>,
  settings: { concurrency?: number; heartbeatMs?: number } = {},
): Promise<void> {
  const stop = new AbortController();
  const client = createJobClient({
    serviceUrl: service.url,
    processorToken: PROCESSOR_TOKEN,
    sleep: async () => delay(1),
  });
  const { concurrency = 1, heartbeatMs = 10_000 } = settings;
  const log = createLogger({ level: "silent", secrets: [] });
  const given = { client, log, run, concurrency, heartbeatMs, stop: stop.signal };
  const loop = runJobLoop({ ...given, owner: "test/1", pollMs: 5, finalReportTimeoutMs: 1000, random: () => 0.5 });
  try {
    await until();
  } finally {
    stop.abort();
    await loop;
  }
}

const untilAborted = ({ signal }: JobRun) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));

const done = (record: () => Promise<void> = async () => {}): JobOutcome => ({ kind: "done", record });

describe("the job loop", () => {
  it("claims with the processors' secret, runs, and records the result once", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"), transcodeOrder("j2"));
    const recorded: string[] = [];
    const run: Run = async ({ jobId }) => done(async () => void recorded.push(jobId));
    await loopWhile(service, run, () => service.until(() => recorded.length === 2));
    expect(recorded).toEqual(["j1", "j2"]);
    expect(service.calls[0]).toMatchObject({ route: "claim", token: `Bearer ${PROCESSOR_TOKEN}` });
    const tokens = service.calls.filter(({ route }) => route === "claim").map(({ body }) => body.leaseToken);
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it("claims with the same lease token when the reply of a claim was lost, and receives the same job", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"), transcodeOrder("j2"));
    service.faults.set(
      "claim",
      Array.from({ length: 6 }, () => ({ kind: "lose-reply" }) as const),
    );
    const ran: string[] = [];
    const run: Run = async ({ jobId }) => done(async () => void ran.push(jobId));
    await loopWhile(service, run, () => service.until(() => ran.length === 2));
    expect(ran).toEqual(["j1", "j2"]);
    const tokens = service.calls.filter(({ route }) => route === "claim").map(({ body }) => body.leaseToken);
    // Six lost replies, the seventh gives the job: one token for all of them.
    expect(new Set(tokens.slice(0, 7)).size).toBe(1);
    expect(tokens[7]).not.toBe(tokens[0]);
  });

  it("works on as many jobs at once as its slots allow", async () => {
    await using service = await startJobService();
    for (const jobId of ["j1", "j2", "j3", "j4", "j5"]) service.queue.push(transcodeOrder(jobId));
    let running = 0;
    let most = 0;
    let ended = 0;
    const run: Run = async () => {
      running += 1;
      most = Math.max(most, running);
      await delay(20);
      running -= 1;
      return done(async () => {
        ended += 1;
      });
    };
    await loopWhile(service, run, () => service.until(() => ended === 5), { concurrency: 2 });
    expect(most).toBe(2);
  });

  it("sends heartbeats until the result is recorded, with the newest progress, and none afterwards", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"));
    let whenRecorded = -1;
    const beats = () => service.routes("j1").filter((route) => route === "j1/heartbeat").length;
    const run: Run = async (_order, { report }) => {
      report({ stage: "ENCODING", percent: 42 });
      await service.until(() => beats() >= 3);
      const whenDone = beats();
      return done(async () => {
        await service.until(() => beats() >= whenDone + 3);
        whenRecorded = beats();
      });
    };
    // The next claim comes after the end of the job.
    const claims = () => service.routes().filter((route) => route === "claim").length;
    await loopWhile(service, run, () => service.until(() => claims() > 1), { heartbeatMs: 10 });
    await delay(60);
    // One may have been under way.
    expect(beats()).toBeLessThanOrEqual(whenRecorded + 1);
    const last = service.calls.filter(({ route }) => route === "j1/heartbeat").at(-1);
    expect(last).toMatchObject({ token: "Bearer credential-of-j1", body: { stage: "ENCODING", percent: 42 } });
  });

  it("stops a job that was cancelled, and acknowledges it", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"));
    service.cancelRequested.add("j1");
    const run: Run = (_order, jobRun) => untilAborted(jobRun);
    const acknowledged = () => service.routes("j1").includes("j1/cancelled");
    await loopWhile(service, run, () => service.until(acknowledged), { heartbeatMs: 5 });
    expect(service.routes("j1").filter((route) => !/heartbeat|progress/.test(route))).toEqual(["j1/cancelled"]);
  });

  it("stops a job whose lease is lost, and only acknowledges a cancellation", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"));
    service.faults.set("heartbeat", [{ kind: "status", status: 409, code: "lease-lost" }]);
    let aborted = false;
    const run: Run = (_order, jobRun) =>
      untilAborted(jobRun).finally(() => {
        aborted = true;
      });
    await loopWhile(service, run, () => service.until(() => aborted), { heartbeatMs: 5 });
    expect(service.routes("j1")).toEqual(["j1/heartbeat", "j1/cancelled"]);
  });

  it("continues to work while the Worker does not answer", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"));
    service.faults.set(
      "heartbeat",
      [503, 503, 500].map((status) => ({ kind: "status", status }) as const),
    );
    const beats = () => service.routes("j1").filter((route) => route === "j1/heartbeat").length;
    let recorded = false;
    const run: Run = async (_order, { signal }) => {
      await service.until(() => beats() >= 4);
      expect(signal.aborted).toBe(false);
      return done(async () => {
        recorded = true;
      });
    };
    await loopWhile(service, run, () => service.until(() => recorded), { heartbeatMs: 5 });
    expect(recorded).toBe(true);
  });

  it("returns running jobs when it is stopped, and claims no more", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"), transcodeOrder("j2"));
    let started = false;
    const run: Run = (_order, jobRun) => {
      started = true;
      return untilAborted(jobRun);
    };
    await loopWhile(service, run, () => service.until(() => started));
    expect(service.routes("j1")).toEqual(["j1/release"]);
    expect(service.queue.map(({ jobId }) => jobId)).toEqual(["j2"]);
  });

  it("records finished work although it was stopped", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"));
    let recorded = false;
    let started = false;
    const run: Run = async (_order, { signal }) => {
      started = true;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      return done(async () => {
        recorded = true;
      });
    };
    await loopWhile(service, run, () => service.until(() => started));
    expect(recorded).toBe(true);
    expect(service.routes("j1")).toEqual([]);
  });

  it("fails a job at once whose work order it cannot read, and claims the next without a pause", async () => {
    await using service = await startJobService();
    const unreadable = { ...transcodeOrder("j1"), source: { kind: "upload", prefix: "uploads/u1/", size: 0 } };
    service.queue.push(unreadable as never, transcodeOrder("j2"));
    const ran: string[] = [];
    const run: Run = async ({ jobId }) => {
      ran.push(jobId);
      return done();
    };
    await loopWhile(service, run, () => service.until(() => ran.length > 0));
    expect(ran).toEqual(["j2"]);
    expect(service.routes().slice(0, 3)).toEqual(["claim", "j1/fail", "claim"]);
    expect(service.calls[1]).toMatchObject({
      token: "Bearer credential-of-j1",
      body: { code: "processor-outdated", permanent: true, reason: expect.stringContaining("source.size: too_small") },
    });
  });

  it("claims the next job when the failure of an unreadable one does not reach the Worker", async () => {
    await using service = await startJobService();
    service.queue.push({ ...transcodeOrder("j1"), leaseMs: "soon" } as never, transcodeOrder("j2"));
    service.faults.set("fail", [{ kind: "status", status: 409, code: "lease-lost" }]);
    let ran = "";
    const run: Run = async ({ jobId }) => {
      ran = jobId;
      return done();
    };
    await loopWhile(service, run, () => service.until(() => ran === "j2"));
  });

  it("reports a refusal as final, in its own words", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"));
    const run: Run = async () => ({ kind: "refused", code: "no-video-or-audio", reason: "The file is not a video." });
    await loopWhile(service, run, () => service.until(() => service.routes("j1").length > 0));
    expect(service.calls.find(({ route }) => route === "j1/fail")?.body).toEqual({
      code: "no-video-or-audio",
      reason: "The file is not a video.",
      permanent: true,
      verification: false,
    });
  });

  it.each([
    [
      "a passing fault in its own words",
      new RetryableError("storage-unavailable", "The object store could not write."),
      "storage-unavailable",
      "The object store could not write.",
      false,
    ],
    [
      "a failed verification as one",
      new VerificationFault("Segment 1 is cut off."),
      "media-check-failed",
      "Segment 1 is cut off.",
      true,
    ],
    [
      "anything else without its details",
      new Error("ENOENT /secret/path"),
      "internal",
      "The processor met an unexpected fault.",
      false,
    ],
  ])("reports %s, to be tried again", async (_name, error, code, reason, verification) => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"));
    const run: Run = async () => {
      throw error;
    };
    await loopWhile(service, run, () => service.until(() => service.routes("j1").length > 0));
    expect(service.calls.find(({ route }) => route === "j1/fail")?.body).toEqual({
      code,
      reason,
      permanent: false,
      verification,
    });
  });

  it("acknowledges a cancellation that it learns of only from the refused result", async () => {
    await using service = await startJobService();
    service.queue.push(transcodeOrder("j1"));
    service.faults.set("transcode-result", [{ kind: "status", status: 409, code: "lease-lost" }]);
    service.cancelRequested.add("j1");
    const client = createJobClient({ serviceUrl: service.url, processorToken: PROCESSOR_TOKEN });
    const run: Run = async () => {
      const order = transcodeOrder("j1");
      return done(async () => void (await client.recordTranscode(order, REPORT, new AbortController().signal)));
    };
    await loopWhile(service, run, () => service.until(() => service.routes("j1").length === 2));
    expect(service.routes("j1")).toEqual(["j1/transcode-result", "j1/cancelled"]);
  });
});

const REPORT = {
  durationSeconds: 1,
  probe: { container: "mp4", headerDuration: 1, video: null, audio: null },
  warnings: [],
  variants: [
    {
      ...{ quality: "96k" as const, width: null, height: null, peakBandwidth: 1, averageBandwidth: 1 },
      ...{ codecs: "mp4a.40.2", frameRate: null, segmentCount: 1, bytes: 1 },
    },
  ],
};
