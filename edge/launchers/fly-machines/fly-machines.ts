import * as z from "zod";
import type { FlyMachines } from "../../settings/launchers/fly-machines-settings.ts";
import type { LaunchAnswer, LaunchedRun, Launcher, LaunchOrder } from "../launcher.ts";
import {
  callPlatform,
  impossibleLaunch,
  isSuccess,
  isUncertain,
  type LauncherTools,
  type PlatformReply,
  type PlatformRequest,
  refusedLaunch,
} from "../platform-call.ts";
import { platformWords } from "../platform-words.ts";
import { flyError, machineIdIn } from "./fly-error.ts";
import { guestSize } from "./guest-size.ts";
import { type Machine, machineSchema, runOf, stateOf } from "./machine.ts";
import { machineName, machineRequest, STOP_REQUEST } from "./machine-request.ts";

/** How young a machine of the same job is that a launch with a lost reply may have created. */
const LOST_REPLY_MS = 120_000;

/** Fly allows 5 reads a second. */
const READS_AT_ONCE = 5;

/** One machine for each job, which Fly destroys when it exits. */
export function flyMachines(settings: FlyMachines, tools: LauncherTools): Launcher {
  const api = flyApi(settings, tools);
  return {
    launch: (order, signal) => launch(settings, api, tools.now(), order, signal),
    describe: (platformIds, signal) => describe(api, platformIds, signal),
    stop: (platformId, _reason, signal) => stop(api, platformId, signal),
  };
}

type FlyApi = {
  call(request: Pick<PlatformRequest, "method" | "body">, path: string, signal: AbortSignal): Promise<PlatformReply>;
  /** What Fly says, without the token. */
  words(reply: PlatformReply): string;
};

function flyApi({ app, token, apiUrl }: FlyMachines, tools: LauncherTools): FlyApi {
  const machines = `${apiUrl}/v1/apps/${encodeURIComponent(app)}/machines`;
  const headers = { authorization: `Bearer ${token}` };
  return {
    call: (request, path, signal) => callPlatform(tools, { ...request, url: `${machines}${path}`, headers }, signal),
    words: (reply) => platformWords(flyError(reply).words, [token]),
  };
}

async function launch(
  { image }: FlyMachines,
  api: FlyApi,
  now: number,
  order: LaunchOrder,
  signal: AbortSignal,
): Promise<LaunchAnswer> {
  const size = guestSize(order.resources);
  if (size === null) {
    return impossibleLaunch("Fly has no machine of this size: at most 16 CPUs with 8 GiB of memory each.");
  }
  const listed = await api.call({ method: "GET" }, `?metadata.job_id=${encodeURIComponent(order.jobId)}`, signal);
  if (!isSuccess(listed)) return refusal(api, listed);
  const twin = machinesIn(listed).find((machine) => isYoungTwin(machine, now));
  if (twin !== undefined) return { kind: "launched", platformId: twin.id };
  const created = await api.call({ method: "POST", body: machineRequest(order, image, size) }, "", signal);
  if (isSuccess(created)) return { kind: "launched", platformId: machineSchema.parse(created.body).id };
  if (!flyError(created).isNameTaken) return refusal(api, created);
  const platformId = machineIdIn(flyError(created).words) ?? (await idOfName(api, order, signal));
  return { kind: "launched", platformId };
}

/** The one that an earlier call of this job created, whose reply was lost. An older one may hang, and is replaced. */
function isYoungTwin(machine: Machine, now: number): boolean {
  const createdAt = Date.parse(machine.created_at ?? "");
  return stateOf(machine) !== "ended" && machine.state !== "stopping" && now - createdAt < LOST_REPLY_MS;
}

/** Throws where it is unknown whether a machine was created. A code that says "no capacity" is certain with any status. */
function refusal(api: FlyApi, reply: PlatformReply): LaunchAnswer {
  const { isCapacity } = flyError(reply);
  if (isUncertain(reply) && !isCapacity) throw failed(api, reply);
  return refusedLaunch(reply, api.words(reply), { isCapacity });
}

async function idOfName(api: FlyApi, order: LaunchOrder, signal: AbortSignal): Promise<string> {
  const listed = await api.call({ method: "GET" }, `?metadata.job_id=${encodeURIComponent(order.jobId)}`, signal);
  if (!isSuccess(listed)) throw failed(api, listed);
  const machine = machinesIn(listed).find(({ name }) => name === machineName(order.launchId));
  if (machine === undefined)
    throw new Error("Fly refuses the machine's name as taken, and lists no machine that has it");
  return machine.id;
}

function machinesIn({ body }: PlatformReply): readonly Machine[] {
  return z.array(machineSchema).parse(body);
}

async function describe(api: FlyApi, ids: readonly string[], signal: AbortSignal): Promise<LaunchedRun[]> {
  const runs: LaunchedRun[] = [];
  for (let at = 0; at < ids.length; at += READS_AT_ONCE) {
    const machines = await Promise.all(ids.slice(at, at + READS_AT_ONCE).map((id) => read(api, id, signal)));
    runs.push(...machines.filter((machine) => machine !== null).map(runOf));
  }
  return runs;
}

async function read(api: FlyApi, id: string, signal: AbortSignal): Promise<Machine | null> {
  const reply = await api.call({ method: "GET" }, `/${encodeURIComponent(id)}`, signal);
  if (reply.status === 404) return null;
  if (!isSuccess(reply)) throw failed(api, reply);
  return machineSchema.parse(reply.body);
}

/** A machine that has not started yet cannot be stopped; it is destroyed. */
async function stop(api: FlyApi, id: string, signal: AbortSignal): Promise<void> {
  const path = `/${encodeURIComponent(id)}`;
  const stopped = await api.call({ method: "POST", body: STOP_REQUEST }, `${path}/stop`, signal);
  if (isSuccess(stopped) || stopped.status === 404) return;
  if (![409, 412, 422].includes(stopped.status)) throw failed(api, stopped);
  const destroyed = await api.call({ method: "DELETE" }, `${path}?force=true`, signal);
  if (!isSuccess(destroyed) && destroyed.status !== 404) throw failed(api, destroyed);
}

function failed(api: FlyApi, reply: PlatformReply): Error {
  return new Error(`Fly answered HTTP ${reply.status}: ${api.words(reply)}`);
}
