import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  CLOUD_RUN_JOB,
  type FakeGoogle,
  GOOGLE_PROJECT,
  manifestOfJob,
  startFakeGoogle,
} from "../../../test/launchers/cloud-run/fake-google.ts";
import { type HeldContainer, heldContainers } from "../../../test/launchers/containers.ts";
import { contractCheck, hasContract } from "../../../test/launchers/contract-files.ts";
import type { CloudRun } from "../../settings/launchers/cloud-run-settings.ts";
import type { Launcher, LaunchOrder } from "../launcher.ts";
import { cloudRun, validateCloudRun } from "./cloud-run.ts";
import { templateProblem } from "./job-template.ts";
import { runRequest } from "./run-request.ts";

const { signal } = new AbortController();
const REGION = "europe-west4";
const JOB = `projects/${GOOGLE_PROJECT}/locations/${REGION}/jobs/${CLOUD_RUN_JOB}`;

let google: FakeGoogle;
let launcher: Launcher;
let settings: CloudRun;
let held: readonly HeldContainer[];
let now: number;

const tools = { fetch, now: () => now };

beforeEach(async () => {
  now = Date.parse("2026-11-27T12:00:00Z");
  const containers = heldContainers();
  held = containers.held;
  google = await startFakeGoogle(containers.start, () => now);
  const { key, origin: apiUrl } = google;
  settings = { project: GOOGLE_PROJECT, region: REGION, job: CLOUD_RUN_JOB, key, apiUrl };
  launcher = cloudRun(settings, tools);
});

afterEach(() => google[Symbol.asyncDispose]());

function orderOf(more: Partial<LaunchOrder> = {}): LaunchOrder {
  return {
    ...{ jobId: crypto.randomUUID(), launchId: crypto.randomUUID(), kind: "TRANSCODE" },
    ...{ resources: { vcpus: 4, memoryMib: 8192, diskGib: 16, leastDiskGib: 16 }, region: null, sourceHost: null },
    ...more,
  };
}

async function launched(order: LaunchOrder): Promise<string> {
  const answer = await launcher.launch(order, signal);
  if (answer.kind !== "launched") throw new Error(answer.reason);
  return answer.platformId;
}

const described = async (id: string) => (await launcher.describe([id], signal))[0];
const tokenRequests = () => google.requests.filter(({ path }) => path === "/token").length;

describe("a launch on Cloud Run", () => {
  it("runs the job once with the id of the job to do", async () => {
    const order = orderOf();
    const platformId = await launched(order);
    expect(platformId).toMatch(new RegExp(`^${JOB}/executions/`));
    expect(held).toMatchObject([{ args: ["run"], env: { VIDEO_JOB_ID: order.jobId } }]);
    expect(await described(platformId)).toEqual({
      ...{ platformId, jobId: order.jobId, state: "running", reason: null, exitCode: null },
    });
    held[0]!.end(0);
    await expect.poll(() => described(platformId)).toMatchObject({ state: "ended", reason: null, exitCode: 0 });
  });

  it("runs the job of the region that the order names", async () => {
    expect(await launched(orderOf({ region: "us-central1" }))).toContain("/locations/us-central1/");
  });

  it("signs for one access token and uses it until it ends", async () => {
    await launched(orderOf());
    await launched(orderOf());
    expect(tokenRequests()).toBe(1);
    now += 3_600_000;
    await launched(orderOf());
    expect(tokenRequests()).toBe(2);
  });

  it("takes another token after the API has refused one", async () => {
    await launched(orderOf());
    google.trouble(/^GET/, { kind: "answer", status: 401, body: { error: { message: "revoked" } } });
    expect(await launcher.launch(orderOf(), signal)).toMatchObject({
      cause: "misconfigured",
      reason: "HTTP 401: revoked",
    });
    await launched(orderOf());
    expect(tokenRequests()).toBe(2);
  });

  it("asks again for an execution that its operation does not name", async () => {
    google.namesLater = true;
    expect(await launched(orderOf())).toBe(google.executions[0]!.name);
  });

  it("is refused with the key of another account, which no reason shows", async () => {
    const other = await startFakeGoogle(heldContainers().start, () => now);
    const key = { ...other.key, token_uri: google.key.token_uri };
    const answer = await cloudRun({ ...settings, key }, tools).launch(orderOf(), signal);
    expect(answer).toEqual({
      ...{ kind: "refused", cause: "misconfigured", retryAfterSeconds: null },
      reason: "HTTP 400: invalid_grant: Invalid JWT Signature.",
    });
    await other[Symbol.asyncDispose]();
  });

  it("shows no access token that an error repeats", async () => {
    await launched(orderOf());
    const sent = google.requests.at(-1)!.headers.authorization!.slice("Bearer ".length);
    google.trouble(/^GET/, { kind: "answer", status: 403, body: { error: { message: `no rights: ${sent}` } } });
    expect(await launcher.launch(orderOf(), signal)).toMatchObject({ reason: "HTTP 403: no rights: [secret]" });
  });

  it("is refused for capacity in a region that is full, and succeeds in the next", async () => {
    google.fullRegions.add(REGION);
    expect(await launcher.launch(orderOf(), signal)).toMatchObject({
      ...{ kind: "refused", cause: "capacity" },
      reason: "HTTP 429: RESOURCE_EXHAUSTED: no available capacity in europe-west4",
    });
    await launched(orderOf({ region: "us-central1" }));
  });

  it.each([
    ["throttled", 429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Write requests'"],
    ["throttled", 409, "ABORTED", "Conflict for resource: try again"],
    ["capacity", 429, "RESOURCE_EXHAUSTED", "Quota exceeded for total allowable CPU per project per region"],
    ["misconfigured", 403, "PERMISSION_DENIED", "Permission 'run.jobs.runWithOverrides' denied"],
    ["misconfigured", 404, "NOT_FOUND", "Resource 'x' was not found"],
    ["misconfigured", 400, "FAILED_PRECONDITION", "The image was not found"],
  ] as const)("is refused as %s after HTTP %i %s: %s", async (cause, code, status, message) => {
    const body = { error: { code, status, message } };
    google.trouble(/:run$/, { kind: "answer", status: code, body, headers: { "retry-after": "7" } });
    expect(await launcher.launch(orderOf(), signal)).toMatchObject({ kind: "refused", cause, retryAfterSeconds: 7 });
    expect(held).toEqual([]);
  });

  it.each([
    ["the run", /:run$/],
    ["the job", /^GET/],
    ["the token", /token/],
  ])("throws when the request of %s is answered with HTTP 503 or not at all", async (_, pattern) => {
    google.trouble(pattern, { kind: "answer", status: 503, body: "unavailable" }, { kind: "lose-reply" });
    await expect(launcher.launch(orderOf(), signal)).rejects.toThrow("Google Cloud answered HTTP 503: unavailable");
    await expect(launcher.launch(orderOf(), signal)).rejects.toThrow();
  });
});

describe("an execution of Cloud Run", () => {
  it("says why it failed, with the exit code of its task", async () => {
    const platformId = await launched(orderOf());
    held[0]!.end(65);
    await expect.poll(() => described(platformId)).toMatchObject({ state: "ended", exitCode: 65 });
    expect((await described(platformId))!.reason).toMatch(/^NON_ZERO_EXIT_CODE: Task .* exited with an error\.$/);
  });

  it("says what it waits for, and ends when it is stopped meanwhile", async () => {
    google.startsNothing = true;
    const platformId = await launched(orderOf());
    const reason = "Waiting for resources to become available";
    expect(await described(platformId)).toMatchObject({ state: "waiting", reason });
    await launcher.stop(platformId, "cancelled", signal);
    expect(await described(platformId)).toMatchObject({ state: "ended", exitCode: null });
  });

  it("is cancelled; one that has ended or is gone counts as stopped", async () => {
    const platformId = await launched(orderOf());
    await launcher.stop(platformId, "cancelled", signal);
    expect(held[0]!.signals).toEqual(["SIGTERM"]);
    await expect.poll(() => described(platformId)).toMatchObject({ state: "ended", exitCode: 75 });
    await launcher.stop(platformId, "cancelled", signal);
    await launcher.stop(`${JOB}/executions/gone`, "cancelled", signal);
    expect(await described(`${JOB}/executions/gone`)).toBeUndefined();
  });

  it("counts as not stopped while Google does not answer", async () => {
    const platformId = await launched(orderOf());
    google.trouble(/:cancel$/, { kind: "answer", status: 500, body: "" });
    await expect(launcher.stop(platformId, "cancelled", signal)).rejects.toThrow("HTTP 500");
  });
});

// biome-ignore lint/suspicious/noExplicitAny: each row damages the template or the request in another place.
type Json = any;

describe("the job of Cloud Run", () => {
  it.each<[string, (template: Json) => void, string]>([
    ["repeats by default", (template) => delete template.maxRetries, "has no maxRetries, and 3 is the default"],
    ["repeats three times", (template) => Object.assign(template, { maxRetries: 3 }), "has 3 maxRetries"],
    ["has two containers", ({ containers }) => containers.push({ image: "i" }), "several containers"],
    ["has the memory of Cloud Run's default", ({ containers }) => delete containers[0].resources, "has 512 MiB"],
    [
      "has no room for files",
      ({ containers: [one] }) => Object.assign(one.resources.limits, { memory: "16Gi" }),
      "24576 MiB, 16 GiB of it for files",
    ],
  ])("is refused before a launch where it %s", async (_, damage, reason) => {
    damage(google.job.template.template);
    const answer = await launcher.launch(orderOf(), signal);
    expect(answer).toMatchObject({ kind: "refused", cause: "misconfigured", reason: expect.stringContaining(reason) });
    expect(google.executions).toEqual([]);
  });

  it("needs no memory for files that lie on a disk, while the disk has room", () => {
    const job = manifestOfJob();
    const { template } = job.template;
    template.containers[0].resources.limits.memory = "8Gi";
    template.containers[0].volumeMounts = [{ name: "work", mountPath: "/var/lib" }];
    const withVolume = (volume: object, resources = orderOf().resources) => {
      template.volumes = [{ name: "work", ...volume }];
      return templateProblem(job, resources);
    };
    expect(withVolume({ emptyDir: { medium: "DISK", sizeLimit: "20Gi" } })).toBeNull();
    expect(withVolume({ emptyDir: { medium: "DISK", sizeLimit: "10Gi" } })).toContain("needs 16 GiB");
    expect(withVolume({ nfs: { server: "s", path: "/" } })).toBeNull();
    expect(withVolume({ emptyDir: { medium: "MEMORY", sizeLimit: "20Gi" } })).toContain("lie in memory");
    template.containers[0].env.push({ name: "WORK_DIR", value: "/scratch" });
    expect(withVolume({ nfs: { server: "s", path: "/" } })).toContain("lie in memory");
  });

  it("is validated without a run", async () => {
    expect(await validateCloudRun(settings, tools, orderOf(), signal)).toEqual({ kind: "launched", platformId: JOB });
    expect(google.requests.at(-1)!.body).toMatchObject({ validateOnly: true });
    google.job.template.template.maxRetries = 3;
    expect(await validateCloudRun(settings, tools, orderOf(), signal)).toMatchObject({ cause: "misconfigured" });
    expect(google.executions).toEqual([]);
  });
});

describe("a request that Cloud Run would take and that would do harm", () => {
  it.each<[string, (request: Json, template: Json) => void, string]>([
    [
      "the default timeout of 600 s",
      ({ overrides }, template) => {
        delete overrides.timeout;
        delete template.timeout;
      },
      "600 s",
    ],
    ["a timeout of 600 s", ({ overrides }) => Object.assign(overrides, { timeout: "600s" }), "600 s"],
    ["a timeout as a number", ({ overrides }) => Object.assign(overrides, { timeout: 21_600 }), "timeout"],
    ["a job that repeats by default", (_, template) => delete template.maxRetries, "3 times"],
    ["a job with retries", (_, template) => Object.assign(template, { maxRetries: 1 }), "1 times"],
    ["several tasks", ({ overrides }) => Object.assign(overrides, { taskCount: 2 }), "taskCount"],
    ["no job id", ({ overrides }) => delete overrides.containerOverrides[0].env, "env"],
    [
      "retries as an override, which there are not",
      ({ overrides }) => Object.assign(overrides, { maxRetries: 0 }),
      "maxRetries",
    ],
  ])("is refused by the fake: %s", async (_, damage, words) => {
    await launched(orderOf());
    const { authorization } = google.requests.at(-1)!.headers;
    const request = structuredClone(runRequest(orderOf(), false));
    damage(request, google.job.template.template);
    const init = { method: "POST", headers: { authorization: authorization! }, body: JSON.stringify(request) };
    const response = await fetch(`${google.origin}/v2/${JOB}:run`, init);
    expect(response.status).toBe(400);
    const text = await response.text();
    if (!hasContract("cloud-run-v2.schema.json") || !text.includes("Invalid JSON payload"))
      expect(text).toContain(words);
    expect(google.executions).toHaveLength(1);
  });
});

describe.skipIf(!hasContract("cloud-run-v2.schema.json"))("the contract file of Cloud Run", async () => {
  const of = (shape: string) => contractCheck("cloud-run-v2.schema.json", `google.cloud.run.v2.${shape}`);

  it("holds for the manifest of the job", async () => {
    const check = (await of("Job"))!;
    expect(check(manifestOfJob())).toEqual([]);
    expect(check({ ...manifestOfJob(), retries: 0 })).not.toEqual([]);
  });

  it("holds for the requests", async () => {
    const check = (await of("RunJobRequest"))!;
    expect(check({ name: JOB, ...runRequest(orderOf(), true) })).toEqual([]);
    expect((await of("CancelExecutionRequest"))!({ name: `${JOB}/executions/x` })).toEqual([]);
  });
});
