import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HeldContainer, heldContainers } from "../../../test/launchers/containers.ts";
import { hasContract } from "../../../test/launchers/contract-files.ts";
import { type FakeFly, FLY_APP, FLY_TOKEN, startFakeFly } from "../../../test/launchers/fly-machines/fake-fly.ts";
import type { Launcher, LaunchOrder } from "../launcher.ts";
import { flyMachines } from "./fly-machines.ts";
import { guestSize } from "./guest-size.ts";
import { machineRequest } from "./machine-request.ts";

const { signal } = new AbortController();
const IMAGE = "registry.fly.io/ladderlock-jobs:1";

let fly: FakeFly;
let launcher: Launcher;
let held: readonly HeldContainer[];
let now: number;

beforeEach(async () => {
  now = Date.parse("2026-11-27T12:00:00Z");
  const containers = heldContainers();
  held = containers.held;
  fly = await startFakeFly(containers.start, () => now);
  launcher = launcherWith(FLY_TOKEN);
});

afterEach(() => fly[Symbol.asyncDispose]());

function launcherWith(token: string): Launcher {
  return flyMachines({ app: FLY_APP, image: IMAGE, token, apiUrl: fly.origin }, { fetch, now: () => now });
}

function orderOf(more: Partial<LaunchOrder> = {}): LaunchOrder {
  return {
    ...{ jobId: crypto.randomUUID(), launchId: crypto.randomUUID(), kind: "TRANSCODE" },
    ...{ resources: { vcpus: 4, memoryMib: 8192, diskGib: 20, leastDiskGib: 20 }, region: "fra", sourceHost: null },
    ...more,
  };
}

async function launched(order: LaunchOrder): Promise<string> {
  const answer = await launcher.launch(order, signal);
  if (answer.kind !== "launched") throw new Error(answer.reason);
  return answer.platformId;
}

const described = async (id: string) => (await launcher.describe([id], signal))[0];

describe("a launch on Fly Machines", () => {
  it("creates a machine that runs one job and is destroyed when it exits", async () => {
    const order = orderOf();
    const platformId = await launched(order);
    expect(held).toMatchObject([{ args: ["run"], env: { VIDEO_JOB_ID: order.jobId } }]);
    expect(fly.requests.at(-1)).toMatchObject({ body: { name: `ladderlock-${order.launchId}`, region: "fra" } });
    expect(await described(platformId)).toEqual({
      ...{ platformId, jobId: order.jobId, state: "running", reason: null, exitCode: null },
    });
    held[0]!.end(65);
    await expect.poll(() => described(platformId)).toMatchObject({ state: "ended", reason: null, exitCode: 65 });
  });

  it("leaves the region to Fly where none is set", async () => {
    await launched(orderOf({ region: null }));
    expect(fly.requests.at(-1)!.body).not.toHaveProperty("region");
  });

  it("takes the machine that a launch with a lost reply created", async () => {
    const order = orderOf();
    fly.trouble(/^POST/, { kind: "lose-reply" });
    await expect(launcher.launch(order, signal)).rejects.toThrow();
    now += 60_000;
    expect(await launched({ ...order, launchId: crypto.randomUUID() })).toBe(fly.machines[0]!.id);
    expect(held).toHaveLength(1);
  });

  it("creates another machine for a job whose older machine still runs, since that one may hang", async () => {
    const order = orderOf();
    const first = await launched(order);
    now += 3_600_000;
    expect(await launched({ ...order, launchId: crypto.randomUUID() })).not.toBe(first);
    expect(held).toHaveLength(2);
  });

  it("counts a name that is taken as launched, and looks up its machine", async () => {
    const order = orderOf();
    const first = await launched(order);
    now += 3_600_000;
    expect(await launched(order)).toBe(first);
    const taken = { error: "uniqueness violation", status: "name_taken" };
    fly.trouble(/^POST/, { kind: "answer", status: 422, body: taken });
    expect(await launched(order)).toBe(first);
    expect(held).toHaveLength(1);
  });

  it("is refused for capacity in a region that is full, and succeeds in the next", async () => {
    fly.fullRegions.add("fra");
    const order = orderOf();
    expect(await launcher.launch(order, signal)).toEqual({
      ...{ kind: "refused", cause: "capacity", retryAfterSeconds: null },
      reason: "HTTP 422: could not find a candidate host",
    });
    expect(await launcher.launch({ ...order, region: "ams" }, signal)).toMatchObject({ kind: "launched" });
  });

  it.each([
    ["capacity", 409, { error: "aborted: insufficient CPUs available to fulfill request" }],
    ["capacity", 409, { error: "aborted: no capacity" }],
    ["capacity", 503, { error: "out of capacity", status: "insufficient_capacity" }],
    ["misconfigured", 422, { error: "insufficient CPUs available to fulfill request", status: "unknown" }],
    ["misconfigured", 409, { error: "aborted: machine update failed due to concurrent update" }],
    ["misconfigured", 401, { error: "unauthorized" }],
    ["misconfigured", 404, "app not found"],
    ["misconfigured", 302, ""],
    ["throttled", 429, { error: "rate limit exceeded" }],
  ] as const)("is refused as %s after HTTP %i %j", async (cause, status, body) => {
    fly.trouble(/^POST/, { kind: "answer", status, body });
    expect(await launcher.launch(orderOf(), signal)).toMatchObject({ kind: "refused", cause });
    expect(held).toEqual([]);
  });

  it("passes on how long Fly wants it to wait", async () => {
    const headers = { "retry-after": "3" };
    fly.trouble(/^GET/, { kind: "answer", status: 429, body: { error: "slow down" }, headers });
    expect(await launcher.launch(orderOf(), signal)).toEqual({
      ...{ kind: "refused", cause: "throttled", reason: "HTTP 429: slow down", retryAfterSeconds: 3 },
    });
  });

  it.each([500, 502, 503, 408])("throws after HTTP %i, when a machine may have been created", async (status) => {
    fly.trouble(/^POST/, { kind: "answer", status, body: { error: "upstream" } });
    await expect(launcher.launch(orderOf(), signal)).rejects.toThrow(`Fly answered HTTP ${status}: upstream`);
  });

  it("throws when the connection breaks, and when it is aborted", async () => {
    fly.trouble(/^GET/, { kind: "refuse-connection" });
    await expect(launcher.launch(orderOf(), signal)).rejects.toThrow();
    await expect(launcher.launch(orderOf(), AbortSignal.abort())).rejects.toThrow();
  });

  it("is refused with a wrong token, which no reason shows", async () => {
    const token = "FlyV1 fm2_another-token";
    const body = { error: `token ${token} is not valid` };
    fly.trouble(/^GET/, { kind: "answer", status: 401, body });
    expect(await launcherWith(token).launch(orderOf(), signal)).toEqual({
      ...{ kind: "refused", cause: "misconfigured", retryAfterSeconds: null },
      reason: "HTTP 401: token [secret] is not valid",
    });
    expect(await launcherWith(token).launch(orderOf(), signal)).toMatchObject({ reason: "HTTP 401: unauthorized" });
  });

  it("is refused where Fly has no machine of the size", async () => {
    const resources = { vcpus: 17, memoryMib: 4096, diskGib: 10, leastDiskGib: 10 };
    expect(await launcher.launch(orderOf({ resources }), signal)).toMatchObject({ cause: "misconfigured" });
    expect(fly.requests).toEqual([]);
  });
});

describe("a machine of Fly", () => {
  it("says that it ran out of memory", async () => {
    const platformId = await launched(orderOf());
    held[0]!.end(null);
    await expect
      .poll(() => described(platformId))
      .toMatchObject({
        ...{ state: "ended", reason: "oom_killed: the machine ran out of memory", exitCode: 137 },
      });
  });

  it("waits while it has not started, and failed where it could not", async () => {
    fly.startsNothing = true;
    const platformId = await launched(orderOf());
    expect(await described(platformId)).toMatchObject({ state: "waiting", reason: null });
    const events = [{ type: "launch", status: "failed" }];
    const body = { id: platformId, state: "launch_failed", events };
    fly.trouble(/^GET/, { kind: "answer", status: 200, body });
    expect(await described(platformId)).toMatchObject({ state: "ended", reason: "launch_failed (launch failed)" });
  });

  it("is left out of a description when Fly does not know it", async () => {
    const platformId = await launched(orderOf());
    expect(await launcher.describe(["148e99", platformId], signal)).toMatchObject([{ platformId }]);
  });

  it("is not described while Fly does not answer", async () => {
    const platformId = await launched(orderOf());
    fly.trouble(/^GET/, { kind: "answer", status: 500, body: "" });
    await expect(described(platformId)).rejects.toThrow("Fly answered HTTP 500: no reason given");
  });

  it("is stopped with SIGTERM and five minutes", async () => {
    const platformId = await launched(orderOf());
    await launcher.stop(platformId, "cancelled", signal);
    expect(held[0]!.signals).toEqual(["SIGTERM"]);
    await expect
      .poll(() => described(platformId))
      .toMatchObject({ state: "ended", reason: "requested_stop", exitCode: 75 });
    await launcher.stop("148e99", "cancelled", signal);
  });

  it("is destroyed when it is stopped before it has started", async () => {
    fly.startsNothing = true;
    const platformId = await launched(orderOf());
    await launcher.stop(platformId, "cancelled", signal);
    expect(await described(platformId)).toMatchObject({ state: "ended" });
    await launcher.stop(platformId, "cancelled", signal);
  });

  it("counts as not stopped when Fly refuses to", async () => {
    const platformId = await launched(orderOf());
    fly.trouble(/^POST/, { kind: "answer", status: 403, body: { error: "not allowed" } });
    await expect(launcher.stop(platformId, "cancelled", signal)).rejects.toThrow("Fly answered HTTP 403: not allowed");
  });
});

describe("the size of a machine", () => {
  it.each([
    [
      { vcpus: 0.5, memoryMib: 512, diskGib: 4, leastDiskGib: 4 },
      { cpus: 1, memoryMib: 2048, rootfsGib: 6 },
    ],
    [
      { vcpus: 2, memoryMib: 4096, diskGib: 9.5, leastDiskGib: 9.5 },
      { cpus: 2, memoryMib: 4096, rootfsGib: 12 },
    ],
    [
      { vcpus: 3, memoryMib: 4096, diskGib: 10, leastDiskGib: 10 },
      { cpus: 4, memoryMib: 8192, rootfsGib: 12 },
    ],
    [
      { vcpus: 8, memoryMib: 17_000, diskGib: 48, leastDiskGib: 48 },
      { cpus: 8, memoryMib: 18_432, rootfsGib: 50 },
    ],
    [
      { vcpus: 1, memoryMib: 20_480, diskGib: 10, leastDiskGib: 10 },
      { cpus: 4, memoryMib: 20_480, rootfsGib: 12 },
    ],
    [{ vcpus: 16, memoryMib: 131_073, diskGib: 10, leastDiskGib: 10 }, null],
    [{ vcpus: 32, memoryMib: 4096, diskGib: 10, leastDiskGib: 10 }, null],
  ])("for %j is %j", (resources, size) => {
    expect(guestSize(resources)).toEqual(size);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: each row damages the request in another place.
type Json = any;

describe("a request that Fly would take and that would do harm", () => {
  it.each<[string, (request: Json) => void, string]>([
    ["no restart policy", ({ config }) => delete config.restart, "is on-failure with 10 tries"],
    [
      "retries",
      ({ config }) => Object.assign(config.restart, { policy: "on-failure" }),
      "restarts a machine that fails",
    ],
    ["a stop timeout as a number", ({ config }) => Object.assign(config.stop_config, { timeout: 300 }), "such as 300s"],
    [
      "a stop timeout over five minutes",
      ({ config }) => Object.assign(config.stop_config, { timeout: "600s" }),
      "300s",
    ],
    ["no stop signal, which is SIGINT", ({ config }) => delete config.stop_config.signal, "stop_config.signal"],
    ["a machine that stays", ({ config }) => delete config.auto_destroy, "auto_destroy"],
    ["no job id in the metadata", ({ config }) => delete config.metadata.job_id, "metadata.job_id"],
    [
      "another job in the metadata",
      ({ config }) => Object.assign(config.metadata, { job_id: crypto.randomUUID() }),
      "job",
    ],
    [
      "a secret beside the job id",
      ({ config }) => Object.assign(config.env, { PROCESSOR_TOKEN: "t" }),
      "PROCESSOR_TOKEN",
    ],
    ["too little memory", ({ config }) => Object.assign(config.guest, { memory_mb: 2048 }), "memory"],
    ["a member that Fly ignores", ({ config }) => Object.assign(config, { restart_policy: "no" }), "restart_policy"],
  ])("is refused by the fake: %s", async (_, damage, words) => {
    const request = structuredClone(machineRequest(orderOf(), IMAGE, { cpus: 2, memoryMib: 4096, rootfsGib: 20 }));
    damage(request);
    const headers = { authorization: `Bearer ${FLY_TOKEN}` };
    const init = { method: "POST", headers, body: JSON.stringify(request) };
    const response = await fetch(`${fly.origin}/v1/apps/${FLY_APP}/machines`, init);
    expect(response.status).toBe(422);
    expect(await response.text()).toContain(words);
    expect(held).toEqual([]);
  });
});

it.skipIf(!hasContract("fly-machines.openapi.json"))("is checked against the contract file of Fly", async () => {
  const { contractCheck } = await import("../../../test/launchers/contract-files.ts");
  const check = (await contractCheck("fly-machines.openapi.json", "CreateMachineRequest"))!;
  const request = machineRequest(orderOf(), IMAGE, { cpus: 2, memoryMib: 4096, rootfsGib: 20 });
  expect(check(request)).toEqual([]);
  expect(check({ ...request, config: { ...request.config, stop_config: { timeout: 300 } } })).not.toEqual([]);
  expect(check({ ...request, config: { ...request.config, retries: 0 } })).not.toEqual([]);
});
