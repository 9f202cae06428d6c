import * as z from "zod";
import type { Kubernetes } from "../../settings/launchers/kubernetes-settings.ts";
import type { LaunchAnswer, LaunchedRun, Launcher, LaunchOrder } from "../launcher.ts";
import {
  callPlatform,
  isSuccess,
  isUncertain,
  type LauncherTools,
  type PlatformReply,
  type PlatformRequest,
  refusedLaunch,
} from "../platform-call.ts";
import { platformWords } from "../platform-words.ts";
import { APP_LABELS, DELETE_REQUEST, jobName, jobRequest } from "./job-request.ts";
import { jobsSchema, podOf, podsSchema, runOf } from "./job-run.ts";

/** Strict: an unknown member is an error, and not left out. */
const CREATE = { fieldManager: "ladderlock", fieldValidation: "Strict" } as const;

const statusSchema = z.object({
  kind: z.literal("Status"),
  reason: z.string().optional(),
  message: z.string().optional(),
});

/** One Job for each job. A run is named as its Job. */
export function kubernetes(settings: Kubernetes, tools: LauncherTools): Launcher {
  const api = kubernetesApi(settings, tools);
  return {
    launch: (order, signal) => create(settings, api, order, {}, signal),
    describe: (platformIds, signal) => describe(api, platformIds, signal),
    stop: (platformId, _reason, signal) => stop(api, platformId, signal),
  };
}

/** What a launch would be answered, without one: the cluster checks the Job and does not store it. */
export function validateKubernetes(
  settings: Kubernetes,
  tools: LauncherTools,
  order: LaunchOrder,
  signal: AbortSignal,
): Promise<LaunchAnswer> {
  return create(settings, kubernetesApi(settings, tools), order, { dryRun: "All" }, signal);
}

type Resource = "jobs" | "pods";

type KubernetesApi = {
  call(
    request: Pick<PlatformRequest, "method" | "body">,
    resource: Resource,
    rest: string,
    signal: AbortSignal,
  ): Promise<PlatformReply>;
  /** What the cluster says, without the token. */
  words(reply: PlatformReply): string;
  failed(reply: PlatformReply): Error;
};

function kubernetesApi({ apiUrl, token, namespace }: Kubernetes, tools: LauncherTools): KubernetesApi {
  const headers = { authorization: `Bearer ${token}` };
  const urls: Readonly<Record<Resource, string>> = {
    jobs: `${apiUrl}/apis/batch/v1/namespaces/${namespace}/jobs`,
    pods: `${apiUrl}/api/v1/namespaces/${namespace}/pods`,
  };
  const words = (reply: PlatformReply) => platformWords(statusOf(reply).message, [token]);
  return {
    words,
    failed: (reply) => new Error(`Kubernetes answered HTTP ${reply.status}: ${words(reply)}`),
    call: (request, resource, rest, signal) =>
      callPlatform(tools, { ...request, url: `${urls[resource]}${rest}`, headers }, signal),
  };
}

function statusOf({ body }: PlatformReply): { reason: string; message: string } {
  const { reason = "", message = "" } = statusSchema.safeParse(body).data ?? {};
  return { reason, message: message === "" && typeof body === "string" ? body : message };
}

/** A name that exists is that of an earlier call of this launch, whose reply was lost. */
async function create(
  settings: Kubernetes,
  api: KubernetesApi,
  order: LaunchOrder,
  more: { dryRun?: "All" },
  signal: AbortSignal,
): Promise<LaunchAnswer> {
  const query = new URLSearchParams({ ...CREATE, ...more });
  const reply = await api.call({ method: "POST", body: jobRequest(order, settings) }, "jobs", `?${query}`, signal);
  const { reason, message } = statusOf(reply);
  if (isSuccess(reply) || reason === "AlreadyExists") return { kind: "launched", platformId: jobName(order.launchId) };
  if (isUncertain(reply)) throw api.failed(reply);
  return refusedLaunch(reply, api.words(reply), { isCapacity: /exceeded quota/i.test(message) });
}

const OF_LAUNCHER = new URLSearchParams({
  labelSelector: Object.entries(APP_LABELS)
    .map((pair) => pair.join("="))
    .join(","),
});

/** Two requests, whatever the number of runs. */
async function describe(api: KubernetesApi, ids: readonly string[], signal: AbortSignal): Promise<LaunchedRun[]> {
  if (ids.length === 0) return [];
  const list = async <S extends z.ZodType>(resource: Resource, schema: S): Promise<z.infer<S>> => {
    const reply = await api.call({ method: "GET" }, resource, `?${OF_LAUNCHER}`, signal);
    if (!isSuccess(reply)) throw api.failed(reply);
    return schema.parse(reply.body);
  };
  const [jobs, pods] = await Promise.all([list("jobs", jobsSchema), list("pods", podsSchema)]);
  const wanted = new Set(ids);
  return jobs.items
    .filter(({ metadata }) => wanted.has(metadata.name))
    .map((job) => runOf(job, podOf(job, pods.items)));
}

async function stop(api: KubernetesApi, id: string, signal: AbortSignal): Promise<void> {
  const request = { method: "DELETE", body: DELETE_REQUEST } as const;
  const reply = await api.call(request, "jobs", `/${encodeURIComponent(id)}`, signal);
  if (!isSuccess(reply) && reply.status !== 404) throw api.failed(reply);
}
