import * as z from "zod";
import type { CloudRun } from "../../settings/launchers/cloud-run-settings.ts";
import type { LaunchAnswer, LaunchedRun, Launcher, LaunchOrder } from "../launcher.ts";
import {
  impossibleLaunch,
  isSuccess,
  isUncertain,
  type LauncherTools,
  type PlatformReply,
  refusedLaunch,
} from "../platform-call.ts";
import { type CloudRunApi, cloudRunApi } from "./cloud-run-api.ts";
import { executionSchema, hasSucceeded, runOf, stateOf, tasksSchema } from "./execution.ts";
import { googleError } from "./google-error.ts";
import { jobSchema, templateProblem } from "./job-template.ts";
import { runRequest } from "./run-request.ts";

/** The reply to `jobs:run`. Its metadata is the execution. */
const operationSchema = z.object({
  name: z.string(),
  metadata: z.object({ name: z.string().optional() }).optional(),
  error: z.object({ message: z.string().optional() }).optional(),
});

/** One execution of the job of Cloud Run for each job. A run is named as Google names its execution. */
export function cloudRun(settings: CloudRun, tools: LauncherTools): Launcher {
  const api = cloudRunApi(settings, tools);
  return {
    launch: (order, signal) => launch(settings, api, order, signal),
    describe: (platformIds, signal) => describe(api, platformIds, signal),
    stop: (platformId, _reason, signal) => stop(api, platformId, signal),
  };
}

/** What a launch would be answered, without one: the API checks the request and starts nothing. */
export async function validateCloudRun(
  settings: CloudRun,
  tools: LauncherTools,
  order: LaunchOrder,
  signal: AbortSignal,
): Promise<LaunchAnswer> {
  return run(cloudRunApi(settings, tools), jobPath(settings, order), order, signal, true);
}

function launch(settings: CloudRun, api: CloudRunApi, order: LaunchOrder, signal: AbortSignal): Promise<LaunchAnswer> {
  return run(api, jobPath(settings, order), order, signal, false);
}

function jobPath({ project, region, job }: CloudRun, order: LaunchOrder): string {
  return `projects/${project}/locations/${order.region ?? region}/jobs/${job}`;
}

async function run(
  api: CloudRunApi,
  path: string,
  order: LaunchOrder,
  signal: AbortSignal,
  validateOnly: boolean,
): Promise<LaunchAnswer> {
  const read = await api.call({ method: "GET" }, path, signal);
  if (!isSuccess(read)) return refusal(api, read);
  const problem = templateProblem(jobSchema.parse(read.body), order.resources);
  if (problem !== null) return impossibleLaunch(problem);
  const started = await api.call({ method: "POST", body: runRequest(order, validateOnly) }, `${path}:run`, signal);
  if (!isSuccess(started)) return refusal(api, started);
  const operation = operationSchema.parse(started.body);
  if (operation.error !== undefined) return refusal(api, { ...started, body: { error: operation.error } });
  if (validateOnly) return { kind: "launched", platformId: path };
  return { kind: "launched", platformId: await executionOf(api, operation, signal) };
}

/** Throws where it is unknown whether an execution was created. */
function refusal(api: CloudRunApi, reply: PlatformReply): LaunchAnswer {
  if (isUncertain(reply)) throw api.failed(reply);
  const { status, isCapacity } = googleError(reply);
  return refusedLaunch(reply, api.words(reply), { isCapacity, isPassing: status === "ABORTED" });
}

/** An operation that does not name its execution yet is asked once more. */
async function executionOf(
  api: CloudRunApi,
  { name, metadata }: z.infer<typeof operationSchema>,
  signal: AbortSignal,
): Promise<string> {
  if (metadata?.name !== undefined) return metadata.name;
  const reply = await api.call({ method: "GET" }, name, signal);
  const later = isSuccess(reply) ? operationSchema.parse(reply.body).metadata?.name : undefined;
  if (later === undefined) throw new Error("Google Cloud accepted the run, and does not name its execution");
  return later;
}

async function describe(api: CloudRunApi, ids: readonly string[], signal: AbortSignal): Promise<LaunchedRun[]> {
  const runs = await Promise.all(ids.map((id) => describeOne(api, id, signal)));
  return runs.filter((run) => run !== null);
}

async function describeOne(api: CloudRunApi, id: string, signal: AbortSignal): Promise<LaunchedRun | null> {
  const reply = await api.call({ method: "GET" }, id, signal);
  if (reply.status === 404) return null;
  if (!isSuccess(reply)) throw api.failed(reply);
  const execution = executionSchema.parse(reply.body);
  if (stateOf(execution) !== "ended") return runOf(execution, null);
  return runOf(execution, hasSucceeded(execution) ? 0 : await exitCodeOf(api, id, signal));
}

/** Only the task has it. A container that never started has none. */
async function exitCodeOf(api: CloudRunApi, id: string, signal: AbortSignal): Promise<number | null> {
  const reply = await api.call({ method: "GET" }, `${id}/tasks`, signal);
  if (!isSuccess(reply)) return null;
  return tasksSchema.parse(reply.body).tasks?.[0]?.lastAttemptResult?.exitCode ?? null;
}

/** An execution that has ended cannot be cancelled, and counts as stopped. */
async function stop(api: CloudRunApi, id: string, signal: AbortSignal): Promise<void> {
  const cancelled = await api.call({ method: "POST", body: {} }, `${id}:cancel`, signal);
  if (isSuccess(cancelled) || cancelled.status === 404) return;
  const run = isUncertain(cancelled) ? undefined : await describeOne(api, id, signal);
  if (run === undefined || (run !== null && run.state !== "ended")) throw api.failed(cancelled);
}
