import { describe, expect, it } from "vitest";
import {
  type Fault,
  type JobService,
  PROCESSOR_TOKEN,
  startJobService,
  transcodeOrder,
} from "../jobs/loop/job-service.fixture.ts";
import { createJobClient } from "./job-client.ts";
import { JobServiceError, LeaseLostError } from "./job-client-errors.ts";

const signal = new AbortController().signal;
const LEASE = "abcdefghijklmnopqrstuv";
const PROGRESS = { stage: "ENCODING", percent: 1 } as const;

function clientOf(service: JobService, pauses: number[] = []) {
  const sleep = async (ms: number) => void pauses.push(ms);
  return createJobClient({ serviceUrl: service.url, processorToken: PROCESSOR_TOKEN, sleep });
}

const status = (code: number, problem?: string): Fault => ({
  kind: "status",
  status: code,
  ...(problem === undefined ? {} : { code: problem }),
});

describe("the job client", () => {
  it("returns null when nothing is due", async () => {
    await using service = await startJobService();
    expect(await clientOf(service).claim({ leaseToken: LEASE, owner: "me" }, signal)).toBeNull();
  });

  it("returns the job and the credential to fail it, without values, for a work order that it cannot read", async () => {
    await using service = await startJobService();
    const order = { ...transcodeOrder("j1"), leaseMs: "a secret", source: { kind: "upload", prefix: "p", size: 0 } };
    service.queue.push(order as never, order as never);
    const unreadable = {
      ...{ kind: "UNREADABLE", jobId: "j1", credential: "credential-of-j1" },
      problem: "leaseMs: invalid_type, source.size: too_small",
    };
    expect(await clientOf(service).claim({ leaseToken: LEASE, owner: "me" }, signal)).toEqual(unreadable);
    const one = await clientOf(service).claimOne("j1", { leaseToken: LEASE, owner: "me" }, signal);
    expect(one).toEqual({ outcome: "unreadable", order: unreadable });
  });

  it("refuses a reply that names no job", async () => {
    await using service = await startJobService();
    service.queue.push({ kind: "TRANSCODE", jobId: "j1" } as never);
    const claim = clientOf(service).claim({ leaseToken: LEASE, owner: "me" }, signal);
    await expect(claim).rejects.toThrow("names no job");
  });

  it.each([
    ["a lost reply", { kind: "lose-reply" } as const],
    ["500", status(500)],
    ["503", status(503)],
    ["429", status(429)],
    ["409 of a concurrent change", status(409, "conflict")],
  ])("asks again after %s", async (_name, fault) => {
    await using service = await startJobService();
    service.faults.set("release", [fault, fault]);
    const pauses: number[] = [];
    await clientOf(service, pauses).release(transcodeOrder("j1"), signal);
    expect(service.routes()).toEqual(["j1/release", "j1/release", "j1/release"]);
    expect(pauses).toEqual([500, 1000]);
  });

  it.each([
    ["409", status(409, "lease-lost")],
    ["409 without a code", status(409)],
    ["401", status(401)],
    ["404", status(404)],
    ["410", status(410, "deleted")],
  ])("takes %s about a held job for the loss of its lease, and does not ask again", async (_name, fault) => {
    await using service = await startJobService();
    service.faults.set("keys", [fault]);
    await expect(clientOf(service).keys(transcodeOrder("j1"), signal)).rejects.toThrow(LeaseLostError);
    expect(service.calls).toHaveLength(1);
  });

  it("does not repeat a request that was refused for its content", async () => {
    await using service = await startJobService();
    service.faults.set("fail", [status(422, "invalid")]);
    const asked = clientOf(service).fail(transcodeOrder("j1"), { reason: "x", permanent: true }, signal);
    await expect(asked).rejects.toThrow(JobServiceError);
    expect(service.calls).toHaveLength(1);
  });

  it("names the setting to check when its own secret is refused", async () => {
    await using service = await startJobService();
    service.faults.set("claim", [status(401)]);
    const asked = clientOf(service).claim({ leaseToken: LEASE, owner: "me" }, signal);
    await expect(asked).rejects.toThrow("Is PROCESSOR_TOKEN the same on both sides?");
  });

  it("sends a heartbeat once: the next one is its retry", async () => {
    await using service = await startJobService();
    service.faults.set("heartbeat", [status(503)]);
    await expect(clientOf(service).heartbeat(transcodeOrder("j1"), PROGRESS, signal)).rejects.toThrow(JobServiceError);
    expect(service.calls).toHaveLength(1);
  });

  it("sends only fields of the protocol", async () => {
    await using service = await startJobService();
    const wrong = { stage: "RESTING", percent: 1 } as never;
    await expect(clientOf(service).heartbeat(transcodeOrder("j1"), wrong, signal)).rejects.toThrow();
    expect(service.calls).toEqual([]);
  });
});
