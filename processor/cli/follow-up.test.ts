import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { WorkOrder } from "../../shared/application/protocols/job-protocol.ts";
import { createJobClient, type JobClient } from "../adapters/job-client.ts";
import { readConfig } from "../config/config.ts";
import { followingClient } from "../jobs/loop/following-client.ts";
import { type JobService, PROCESSOR_TOKEN, startJobService, transcodeOrder } from "../jobs/loop/job-service.fixture.ts";
import { createLogger } from "../log.ts";
import { runPart } from "./run.ts";

const REPORT = {
  ...{ durationSeconds: 2, warnings: [], variants: [variant()] },
  probe: { container: "mp4", headerDuration: 2, video: null, audio: null },
};

function variant() {
  const size = { width: 320, height: 180, segmentCount: 1, bytes: 100 };
  const rate = { peakBandwidth: 1, averageBandwidth: 1, frameRate: null };
  return { quality: "360p", codecs: "avc1.4d401e", ...size, ...rate } as const;
}

function encryptOrder(jobId: string): WorkOrder {
  const { claimNo, attempt, maxAttempts, leaseMs } = transcodeOrder(jobId);
  const lease = { claimNo, attempt, maxAttempts, leaseMs, credential: `credential-of-${jobId}` };
  const clear = { clearPrefix: "clip/j1/c1/", durationSeconds: 2, variants: [variant()] };
  return { kind: "ENCRYPT", jobId, ...lease, ...clear };
}

type Part = { readonly stop?: AbortController; readonly onTranscoded?: () => void };

/** The exit code of `run j1`, whose jobs end at once, and the kinds of those that were worked on. */
async function runFirst(service: JobService, { stop = new AbortController(), onTranscoded = () => {} }: Part = {}) {
  const read = readConfig({
    ...{ LADDERLOCK_URL: service.url, PROCESSOR_TOKEN, S3_ENDPOINT: service.url, S3_ACCESS_KEY_ID: "id" },
    ...{ S3_SECRET_ACCESS_KEY: "key", SOURCE_BUCKET: "source", PLAYBACK_BUCKET: "playback", STOP_SECONDS: "1" },
  });
  if (read.kind === "invalid") throw new Error(read.problems.join());
  const { client, encryptJobId } = followingClient(
    createJobClient({ ...read.config, sleep: async () => delay(1) }),
    stop.signal,
  );
  const worked: string[] = [];
  const context = {
    ...{ config: read.config, client, log: createLogger({ level: "silent", secrets: [] }) },
    run: async (order: WorkOrder) => {
      worked.push(order.kind);
      return { kind: "done" as const, record: (signal: AbortSignal) => recorded(client, order, signal) };
    },
  };
  const recorded = async (to: JobClient, order: WorkOrder, signal: AbortSignal) => {
    if (order.kind === "ENCRYPT") return to.recordEncrypt(order, { keyVersion: 1, variants: order.variants }, signal);
    await to.recordTranscode(order, REPORT, signal);
    onTranscoded();
  };
  return { code: await runPart("j1", context, encryptJobId, stop.signal), worked };
}

async function startWith(encryptJobId: string | null): Promise<JobService> {
  const service = await startJobService();
  service.queue.push(transcodeOrder("j1"));
  service.encryptJobId = encryptJobId;
  return service;
}

describe("the encrypt job after a transcode job", () => {
  it("is run by the same process, which says so with the transcode result", async () => {
    await using service = await startWith("j2");
    service.queue.push(encryptOrder("j2"));
    expect(await runFirst(service)).toEqual({ code: 0, worked: ["TRANSCODE", "ENCRYPT"] });
    const calls = ["j1/claim", "j1/transcode-result", "j2/claim", "j2/encrypt-result"];
    expect(service.routes().filter((route) => calls.includes(route))).toEqual(calls);
    const result = service.calls.find(({ route }) => route === "j1/transcode-result");
    expect(result?.body).toMatchObject({ followsUp: true });
  });

  it("does not follow where the Worker names none", async () => {
    await using service = await startWith(null);
    expect(await runFirst(service)).toEqual({ code: 0, worked: ["TRANSCODE"] });
  });

  it.each([
    ["0 when another holds it", { outcome: "later", because: "leased", at: 1 }, 0],
    ["0 when it is done", { outcome: "ended", state: "SUCCEEDED", failReason: null }, 0],
    ["0 when it was cancelled", { outcome: "ended", state: "CANCELLED", failReason: null }, 0],
    ["0 when its part is gone", { outcome: "unknown" }, 0],
    ["65 when it has failed", { outcome: "ended", state: "FAILED", failReason: "No." }, 65],
    ["75 when it waits for its next attempt", { outcome: "later", because: "waiting", at: 1 }, 75],
  ] as const)("ends the run with %s", async (_name, reply, code) => {
    await using service = await startWith("j2");
    service.replies.set("j2", reply);
    expect(await runFirst(service)).toEqual({ code, worked: ["TRANSCODE"] });
  });

  it("ends the run with 75 when its claim gets no answer", async () => {
    await using service = await startWith("j2");
    const onTranscoded = () =>
      service.faults.set(
        "claim",
        Array.from({ length: 16 }, () => ({ kind: "status", status: 503 }) as const),
      );
    expect(await runFirst(service, { onTranscoded })).toEqual({ code: 75, worked: ["TRANSCODE"] });
  });

  it("is not claimed when the process was stopped after the transcode result", async () => {
    await using service = await startWith("j2");
    service.queue.push(encryptOrder("j2"));
    const stop = new AbortController();
    expect(await runFirst(service, { stop, onTranscoded: () => stop.abort() })).toEqual({
      ...{ code: 75, worked: ["TRANSCODE"] },
    });
    expect(service.routes("j2")).toEqual([]);
  });

  it("is not announced by a process that stops while it records", async () => {
    await using service = await startWith("j2");
    const stop = new AbortController();
    const { client } = followingClient(
      createJobClient({ serviceUrl: service.url, processorToken: PROCESSOR_TOKEN }),
      stop.signal,
    );
    stop.abort();
    await client.recordTranscode(transcodeOrder("j1"), REPORT, new AbortController().signal);
    expect(service.calls.at(-1)?.body).toMatchObject({ followsUp: false });
  });
});
