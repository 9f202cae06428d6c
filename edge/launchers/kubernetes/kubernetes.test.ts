import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HeldContainer, heldContainers } from "../../../test/launchers/containers.ts";
import {
  CLUSTER_TOKEN,
  type FakeCluster,
  NAMESPACE,
  startFakeCluster,
} from "../../../test/launchers/kubernetes/fake-cluster.ts";
import type { Kubernetes } from "../../settings/launchers/kubernetes-settings.ts";
import type { Launcher, LaunchOrder } from "../launcher.ts";
import { DELETE_REQUEST, jobRequest } from "./job-request.ts";
import { kubernetes, validateKubernetes } from "./kubernetes.ts";

const { signal } = new AbortController();
const tools = { fetch, now: () => Date.parse("2026-11-27T12:00:00Z") };

let cluster: FakeCluster;
let settings: Kubernetes;
let launcher: Launcher;
let held: readonly HeldContainer[];

beforeEach(async () => {
  const containers = heldContainers();
  held = containers.held;
  cluster = await startFakeCluster(containers.start);
  const image = "registry.example/processor:1";
  settings = {
    apiUrl: cluster.origin,
    token: CLUSTER_TOKEN,
    image,
    namespace: NAMESPACE,
    secret: "ladderlock-processor",
  };
  launcher = kubernetes(settings, tools);
});

afterEach(() => cluster[Symbol.asyncDispose]());

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

describe("a launch on Kubernetes", () => {
  it("creates a Job with one pod and the resources of the order", async () => {
    const order = orderOf({ region: "eu-central-1" });
    const platformId = await launched(order);
    expect(platformId).toBe(`ladderlock-${order.launchId}`);
    expect(held).toMatchObject([{ args: ["run"], env: { VIDEO_JOB_ID: order.jobId } }]);
    expect(cluster.jobs[0]!.spec.template.spec).toMatchObject({
      nodeSelector: { "topology.kubernetes.io/region": "eu-central-1" },
      containers: [
        {
          envFrom: [{ secretRef: { name: "ladderlock-processor" } }],
          resources: {
            requests: { cpu: "4000m", memory: "8192Mi", "ephemeral-storage": "17Gi" },
            limits: { memory: "8192Mi", "ephemeral-storage": "17Gi" },
          },
        },
      ],
    });
    expect(await described(platformId)).toEqual({
      ...{ platformId, jobId: order.jobId, state: "running", reason: null, exitCode: null },
    });
    held[0]!.end(0);
    await expect.poll(() => described(platformId)).toMatchObject({ state: "ended", reason: null, exitCode: 0 });
  });

  it("counts a name that exists as launched: the reply of an earlier call was lost", async () => {
    const order = orderOf();
    cluster.trouble(/^POST/, { kind: "lose-reply" });
    await expect(launcher.launch(order, signal)).rejects.toThrow();
    expect(await launched(order)).toBe(cluster.jobs[0]!.metadata.name);
    expect(held).toHaveLength(1);
  });

  it("is refused for capacity when the quota of the namespace is used", async () => {
    cluster.quota = 0;
    const answer = await launcher.launch(orderOf(), signal);
    expect(answer).toMatchObject({ kind: "refused", cause: "capacity", retryAfterSeconds: null });
    expect(answer).toMatchObject({ reason: expect.stringContaining("exceeded quota: jobs") });
  });

  it.each([
    ["throttled", 429, "TooManyRequests", "the server has received too many requests"],
    ["misconfigured", 403, "Forbidden", 'User "launcher" cannot create resource "jobs"'],
    ["misconfigured", 404, "NotFound", 'namespaces "ladderlock" not found'],
    ["misconfigured", 422, "Invalid", "spec.template is invalid"],
  ] as const)("is refused as %s after HTTP %i %s", async (cause, status, reason, message) => {
    const body = { kind: "Status", reason, message };
    cluster.trouble(/^POST/, { kind: "answer", status, body, headers: { "retry-after": "2" } });
    expect(await launcher.launch(orderOf(), signal)).toEqual({
      ...{ kind: "refused", cause, reason: `HTTP ${status}: ${message}`, retryAfterSeconds: 2 },
    });
    expect(held).toEqual([]);
  });

  it("is refused with another token, which no reason shows", async () => {
    const token = "another-token";
    const body = { kind: "Status", message: `bearer ${token} is invalid` };
    cluster.trouble(/^POST/, { kind: "answer", status: 401, body });
    const other = kubernetes({ ...settings, token }, tools);
    expect(await other.launch(orderOf(), signal)).toMatchObject({ reason: "HTTP 401: bearer [secret] is invalid" });
    expect(await other.launch(orderOf(), signal)).toMatchObject({ cause: "misconfigured" });
  });

  it.each([500, 503, 504])("throws after HTTP %i, when a Job may have been created", async (status) => {
    cluster.trouble(/^POST/, { kind: "answer", status, body: "etcdserver: request timed out" });
    await expect(launcher.launch(orderOf(), signal)).rejects.toThrow(`HTTP ${status}: etcdserver: request timed out`);
  });

  it("is validated by a dry run, which creates nothing", async () => {
    expect(await validateKubernetes(settings, tools, orderOf(), signal)).toMatchObject({ kind: "launched" });
    cluster.quota = 0;
    expect(await validateKubernetes(settings, tools, orderOf(), signal)).toMatchObject({ cause: "capacity" });
    expect([cluster.jobs, held]).toEqual([[], []]);
  });
});

describe("a Job of Kubernetes", () => {
  it.each([
    ["no-node", "Unschedulable: 0/3 nodes are available: 3 Insufficient cpu."],
    ["no-image", 'ImagePullBackOff: Back-off pulling image "registry.example/processor:1"'],
  ] as const)("waits and says why (%s)", async (obstacle, reason) => {
    cluster.obstacle = obstacle;
    expect(await described(await launched(orderOf()))).toMatchObject({ state: "waiting", reason, exitCode: null });
  });

  it.each([
    [65, "BackoffLimitExceeded: Job has reached the specified backoff limit", 65],
    [null, "OOMKilled", 137],
  ])("ends with exit code %s and the reason %s", async (code, reason, exitCode) => {
    const platformId = await launched(orderOf());
    held[0]!.end(code);
    await expect.poll(() => described(platformId)).toMatchObject({ state: "ended", reason, exitCode });
  });

  it("is deleted with its pod when it is stopped, and counts as stopped when it is gone", async () => {
    const platformId = await launched(orderOf());
    await launcher.stop(platformId, "cancelled", signal);
    expect(held[0]!.signals).toEqual(["SIGTERM"]);
    expect(await described(platformId)).toBeUndefined();
    await launcher.stop(platformId, "cancelled", signal);
  });

  it("counts as not stopped when the cluster refuses", async () => {
    const body = { kind: "Status", message: "cannot delete" };
    cluster.trouble(/^DELETE/, { kind: "answer", status: 403, body });
    await expect(launcher.stop("ladderlock-x", "cancelled", signal)).rejects.toThrow("HTTP 403: cannot delete");
  });

  it("is described with its like in two requests", async () => {
    const ids = [await launched(orderOf()), await launched(orderOf()), await launched(orderOf())];
    const before = cluster.requests.length;
    expect((await launcher.describe(ids.slice(1), signal)).map(({ platformId }) => platformId)).toEqual(ids.slice(1));
    expect(cluster.requests.length - before).toBe(2);
    expect(await launcher.describe([], signal)).toEqual([]);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: each row damages the Job in another place.
type Json = any;

describe("a Job that Kubernetes would take and that would do harm", () => {
  const send = (method: string, path: string, body?: unknown) =>
    fetch(`${cluster.origin}/apis/batch/v1/namespaces/${NAMESPACE}/jobs${path}`, {
      ...{ method, headers: { authorization: `Bearer ${CLUSTER_TOKEN}` } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it.each<[string, (spec: Json, pod: Json) => void, string]>([
    ["six retries by default", (spec) => delete spec.backoffLimit, "is 6 where none is given"],
    ["three retries", (spec) => Object.assign(spec, { backoffLimit: 3 }), "must be 0"],
    [
      "a container that is started again",
      (_, pod) => Object.assign(pod, { restartPolicy: "OnFailure" }),
      "restartPolicy",
    ],
    ["no deadline", (spec) => delete spec.activeDeadlineSeconds, "activeDeadlineSeconds"],
    ["a deadline of 600 s", (spec) => Object.assign(spec, { activeDeadlineSeconds: 600 }), "activeDeadlineSeconds"],
    ["a Job that stays for ever", (spec) => delete spec.ttlSecondsAfterFinished, "ttlSecondsAfterFinished"],
    ["a second pod beside one that ends", (spec) => delete spec.podReplacementPolicy, "podReplacementPolicy"],
    ["a token of the cluster", (_, pod) => delete pod.automountServiceAccountToken, "automountServiceAccountToken"],
    ["root", (_, pod) => delete pod.securityContext, "securityContext"],
    [
      "no bound of the disk",
      (_, { containers: [one] }) => delete one.resources.limits["ephemeral-storage"],
      "ephemeral",
    ],
    [
      "a secret in its definition",
      (_, { containers: [one] }) => one.env.push({ name: "PROCESSOR_TOKEN", value: "t" }),
      "env",
    ],
  ])("is refused by the fake: %s", async (_, damage, words) => {
    const job = structuredClone(jobRequest(orderOf(), settings));
    damage(job.spec, job.spec.template.spec);
    const response = await send("POST", "?fieldValidation=Strict", job);
    expect(response.status).toBe(422);
    expect(await response.text()).toContain(words);
    expect(held).toEqual([]);
  });

  it.each([
    ["a deadline as a text", { activeDeadlineSeconds: "21600" }],
    ["a member that there is not", { retries: 0 }],
  ])("is refused by the fake: %s", async (_, more) => {
    const job = jobRequest(orderOf(), settings);
    const response = await send("POST", "?fieldValidation=Strict", { ...job, spec: { ...job.spec, ...more } });
    expect(response.ok).toBe(false);
  });

  it("is refused without strict validation, which leaves out what is misspelled", async () => {
    expect((await send("POST", "", jobRequest(orderOf(), settings))).status).toBe(400);
  });

  it("leaves its pod running when it is deleted without a propagation policy", async () => {
    const platformId = await launched(orderOf());
    const { propagationPolicy: _, ...others } = DELETE_REQUEST;
    expect((await send("DELETE", `/${platformId}`, others)).status).toBe(200);
    expect([cluster.jobs.length, cluster.pods.length, held[0]!.signals]).toEqual([0, 1, []]);
  });
});
