import {
  LAUNCHES_PER_REQUEST,
  type LocalRun,
  localRefusalSchema,
  localRunSchema,
  localRunsSchema,
} from "../../../shared/application/protocols/local-launcher-protocol.ts";
import type { LocalLauncher } from "../../settings/launchers/local-launcher-settings.ts";
import type { LaunchAnswer, LaunchedRun, Launcher } from "../launcher.ts";
import {
  callPlatform,
  isUncertain,
  type LauncherTools,
  type PlatformReply,
  type PlatformRequest,
  refusedLaunch,
} from "../platform-call.ts";
import { platformWords } from "../platform-words.ts";

/** Launches on one machine: `ladderlock launcher` starts `run` there. A run has the id of its launch. */
export function local({ url, token }: LocalLauncher, tools: LauncherTools): Launcher {
  const headers = { authorization: `Bearer ${token}` };
  const ask = (method: PlatformRequest["method"], path: string, signal: AbortSignal, body?: unknown) =>
    callPlatform(tools, { method, url: `${url}${path}`, headers, body }, signal);
  return {
    launch: async ({ launchId, jobId }, signal) =>
      answerOf(await ask("POST", "/launches", signal, { launchId, jobId }), token),
    describe: async (platformIds, signal) => {
      const runs: LaunchedRun[] = [];
      for (let from = 0; from < platformIds.length; from += LAUNCHES_PER_REQUEST) {
        const ids = platformIds.slice(from, from + LAUNCHES_PER_REQUEST);
        const query = new URLSearchParams(ids.map((id) => ["launchId", id]));
        const reply = await ask("GET", `/launches?${query}`, signal);
        if (reply.status !== 200) throw failed("the runs", reply);
        runs.push(...localRunsSchema.parse(reply.body).runs.map(runOf));
      }
      return runs;
    },
    stop: async (platformId, _reason, signal) => {
      const reply = await ask("DELETE", `/launches/${encodeURIComponent(platformId)}`, signal);
      const isUnknown = reply.status === 404 && refusalIn(reply)?.code === "not-found";
      if (reply.status !== 202 && !isUnknown) throw failed("a stop", reply);
    },
  };
}

function answerOf(reply: PlatformReply, token: string): LaunchAnswer {
  const { status } = reply;
  if (status === 200 || status === 201) {
    return { kind: "launched", platformId: localRunSchema.parse(reply.body).launchId };
  }
  const refusal = refusalIn(reply);
  const isFull = refusal?.code === "capacity";
  // Another 5xx is of something in between, which may have lost the reply of a launcher that has started the run.
  if (isUncertain(reply) && !isFull) throw failed("a launch", reply);
  return refusedLaunch(reply, platformWords(refusal?.detail ?? "", [token]), { isCapacity: isFull });
}

function refusalIn({ body }: PlatformReply) {
  return localRefusalSchema.safeParse(body).data;
}

function runOf({ launchId, jobId, state, reason, exitCode }: LocalRun): LaunchedRun {
  return { platformId: launchId, jobId, state, reason, exitCode };
}

function failed(what: string, { status }: PlatformReply): Error {
  return new Error(`the local launcher answered ${status} to the request for ${what}`);
}
