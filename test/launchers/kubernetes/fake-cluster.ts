import { randomBytes } from "node:crypto";
import type { Container, StartContainer } from "../containers.ts";
import { contractCheck } from "../contract-files.ts";
import { type FakeHttp, type PlatformAnswer, type PlatformRequest, startFakeHttp } from "../fake-http.ts";
import { type JobManifest, readJob } from "./job-facts.ts";

/* The API of a cluster with one namespace: it checks each request, and the pod of a Job is a container that really runs. */

export const CLUSTER_TOKEN = "eyJhbGciOiJSUzI1NiJ9.test-service-account-token";
export const NAMESPACE = "ladderlock";

type FakePod = {
  readonly job: JobManifest;
  readonly name: string;
  readonly container: Container | null;
  exitCode: number | null;
};

/** Why new pods do not start. */
export type Obstacle = "no-node" | "no-image";

export type FakeCluster = FakeHttp & {
  readonly jobs: readonly JobManifest[];
  readonly pods: readonly FakePod[];
  obstacle: Obstacle | null;
  /** How many Jobs the quota of the namespace allows. */
  quota: number;
};

const PATH = new RegExp(`^/(apis/batch/v1|api/v1)/namespaces/${NAMESPACE}/(jobs|pods)(?:/([a-z0-9-]+))?$`);

export async function startFakeCluster(start: StartContainer): Promise<FakeCluster> {
  const jobs: JobManifest[] = [];
  const pods: FakePod[] = [];
  const file = "kubernetes-job.schema.json";
  const jobContract = await contractCheck(file, "io.k8s.api.batch.v1.Job");
  const deleteContract = await contractCheck(file, "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions");

  async function create({ body, query }: PlatformRequest): Promise<PlatformAnswer> {
    if (query.get("fieldValidation") !== "Strict")
      return failure(400, "BadRequest", "unknown fields would be left out");
    const broken = jobContract?.(body) ?? [];
    if (broken.length > 0) return failure(400, "BadRequest", `strict decoding error: ${broken.join(", ")}`);
    const job = readJob(body);
    if (typeof job === "string") return failure(422, "Invalid", `Job.batch is invalid: ${job}`);
    const { name } = job.metadata;
    if (jobs.some(({ metadata }) => metadata.name === name)) {
      return failure(409, "AlreadyExists", `jobs.batch "${name}" already exists`);
    }
    if (jobs.length >= cluster.quota) {
      const words = "exceeded quota: jobs, requested: count/jobs.batch=1, used: count/jobs.batch=1";
      return failure(403, "Forbidden", `jobs.batch "${name}" is forbidden: ${words}`);
    }
    if (query.get("dryRun") !== "All") await run(job);
    return { status: 201, body: job };
  }

  async function run(job: JobManifest): Promise<void> {
    const [{ args, env }] = job.spec.template.spec.containers;
    const variables = Object.fromEntries(env.map((one) => [one.name, one.value]));
    const container = cluster.obstacle === null ? await start(args, variables) : null;
    const pod: FakePod = {
      job,
      name: `${job.metadata.name}-${randomBytes(3).toString("hex")}`,
      container,
      exitCode: null,
    };
    jobs.push(job);
    pods.push(pod);
    container?.exit.then((code) => Object.assign(pod, { exitCode: code ?? 137 }));
  }

  /** Without a propagation policy the pods of a Job are orphaned: they run on. */
  function remove(name: string, body: unknown): PlatformAnswer {
    if ((deleteContract?.(body) ?? []).length > 0) return failure(400, "BadRequest", "strict decoding error");
    const at = jobs.findIndex(({ metadata }) => metadata.name === name);
    if (at < 0) return failure(404, "NotFound", `jobs.batch "${name}" not found`);
    const [job] = jobs.splice(at, 1);
    if ((body as { propagationPolicy?: string } | null)?.propagationPolicy === "Background") {
      for (const pod of pods.filter((one) => one.job === job)) {
        pod.container?.signal("SIGTERM");
        pods.splice(pods.indexOf(pod), 1);
      }
    }
    return { status: 200, body: { kind: "Status", apiVersion: "v1", status: "Success" } };
  }

  const server = await startFakeHttp((request) => {
    const { method, path, headers, query, body } = request;
    if (headers.authorization !== `Bearer ${CLUSTER_TOKEN}`) return failure(401, "Unauthorized", "Unauthorized");
    const [, group, resource, name] = PATH.exec(path) ?? [];
    if ((group === "api/v1") !== (resource === "pods")) return failure(404, "NotFound", "no such resource");
    if (resource === "jobs" && method === "POST" && name === undefined) return create(request);
    if (resource === "jobs" && method === "DELETE" && name !== undefined) return remove(name, body);
    const isList = method === "GET" && name === undefined && resource !== undefined;
    if (!isList) return failure(403, "Forbidden", `cannot ${method} ${path}`);
    const selector = "app.kubernetes.io/name=ladderlock,app.kubernetes.io/component=job";
    if (query.get("labelSelector") !== selector) return failure(403, "Forbidden", "lists other pods");
    if (resource === "pods")
      return { status: 200, body: { kind: "PodList", items: pods.map((pod) => shownPod(pod, cluster.obstacle)) } };
    return { status: 200, body: { kind: "JobList", items: jobs.map((job) => shownJob(job, pods)) } };
  });
  const cluster: FakeCluster = { ...server, jobs, pods, obstacle: null, quota: 100 };
  return cluster;
}

function shownJob(job: JobManifest, pods: readonly FakePod[]): object {
  const exitCode = pods.find((pod) => pod.job === job)?.exitCode ?? null;
  const failed = { reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" };
  const ended = exitCode === 0 ? { type: "Complete" } : { type: "Failed", ...failed };
  return { ...job, status: exitCode === null ? { active: 1 } : { conditions: [{ status: "True", ...ended }] } };
}

function shownPod({ job, name, exitCode }: FakePod, obstacle: Obstacle | null): object {
  const labels = { ...job.metadata.labels, "batch.kubernetes.io/job-name": job.metadata.name };
  return { metadata: { name, labels }, status: podStatus(exitCode, obstacle) };
}

function podStatus(exitCode: number | null, obstacle: Obstacle | null): object {
  if (obstacle === "no-node") {
    const message = "0/3 nodes are available: 3 Insufficient cpu.";
    return {
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }],
    };
  }
  if (obstacle === "no-image") {
    const waiting = { reason: "ImagePullBackOff", message: 'Back-off pulling image "registry.example/processor:1"' };
    return { phase: "Pending", containerStatuses: [{ state: { waiting } }] };
  }
  if (exitCode === null) return { phase: "Running", containerStatuses: [{ state: { running: {} } }] };
  const reason = exitCode === 0 ? "Completed" : exitCode === 137 ? "OOMKilled" : "Error";
  return {
    phase: exitCode === 0 ? "Succeeded" : "Failed",
    containerStatuses: [{ state: { terminated: { exitCode, reason } } }],
  };
}

function failure(code: number, reason: string, message: string): PlatformAnswer {
  return { status: code, body: { kind: "Status", apiVersion: "v1", status: "Failure", reason, message, code } };
}
