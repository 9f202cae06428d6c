import type { WatchedLaunch } from "../../shared/application/ports/launch-store.ts";
import { backoffMs } from "../../shared/domain/job/transcode-job.ts";
import { logError } from "../log/log.ts";
import { announceLaunch } from "../webhooks/announce-launch.ts";
import { CALL_TIMEOUT_MS, type LaunchDeps, shownReason } from "./launch-deps.ts";
import type { LaunchedRun, Launcher } from "./launcher.ts";
import { STOP_REASON } from "./order-launch.ts";

/** Per call; each may cost a further request. */
const WATCHED_AT_ONCE = 50;
/** Platforms list a new container only after a moment. */
const ASK_AFTER_MS = 60_000;
/** Below a minute, so that each scan asks again. */
const ASK_AGAIN_MS = 50_000;

/** Stops the containers that are not wanted any more, and records why started ones have not claimed their job. */
export async function watchLaunches(deps: LaunchDeps, launcher: Launcher): Promise<void> {
  const now = deps.now();
  const times = { now, startedBefore: now - ASK_AFTER_MS, askedBefore: now - ASK_AGAIN_MS };
  const watched = await deps.launches.watch({ ...times, limit: WATCHED_AT_ONCE });
  if (watched.length === 0) return;
  const runs = await describe(launcher, watched);
  for (const launch of watched) {
    await follow(deps, launcher, launch, runs).catch((error: unknown) =>
      logError("launch", error, { launchId: launch.launchId, jobId: launch.jobId }),
    );
  }
}

type Runs = ReadonlyMap<string, LaunchedRun>;

/** Null where the platform does not say: what is to be stopped is stopped without it. */
async function describe(launcher: Launcher, watched: readonly WatchedLaunch[]): Promise<Runs | null> {
  const names = watched.map(({ platformId }) => platformId);
  try {
    const runs = await launcher.describe(names, AbortSignal.timeout(CALL_TIMEOUT_MS));
    return new Map(runs.map((run) => [run.platformId, run]));
  } catch (error) {
    logError("launch", error);
    return null;
  }
}

async function follow(deps: LaunchDeps, launcher: Launcher, launch: WatchedLaunch, runs: Runs | null): Promise<void> {
  const run = runs?.get(launch.platformId);
  if (runs !== null && (run === undefined || run.state === "ended")) return recordEnd(deps, launch, run);
  if (launch.state === "STOPPING") {
    // It may be the one that has claimed the job at the last moment.
    if (launch.isClaimed && run?.state !== "waiting") return;
    await launcher.stop(launch.platformId, STOP_REASON, AbortSignal.timeout(CALL_TIMEOUT_MS));
    return;
  }
  if (run === undefined || run.reason === null) return;
  const { launchId } = launch;
  const reason = shownReason(run.reason);
  if (!(await deps.launches.delayed({ launchId, reason, now: deps.now() }))) return;
  await announceLaunch(deps, { ...launch, state: "STARTED", cause: null, reason });
}

async function recordEnd(deps: LaunchDeps, launch: WatchedLaunch, run: LaunchedRun | undefined): Promise<void> {
  const { launchId, state, tries } = launch;
  const now = deps.now();
  const isWanted = state === "STARTED";
  const reason = run === undefined ? GONE : run.reason === null ? null : shownReason(run.reason);
  const nextAt = isWanted ? now + backoffMs(tries, deps.rules, deps.random()) : null;
  await deps.launches.ended({
    ...{ launchId, nextAt, now, exitCode: run?.exitCode ?? null },
    reason: isWanted ? (reason ?? NOT_CLAIMED) : (run?.reason ?? null),
  });
  if (isWanted) await announceLaunch(deps, { ...launch, state: "ENDED", cause: null, reason: reason ?? NOT_CLAIMED });
}

const GONE = "The platform does not know the container any more.";
const NOT_CLAIMED = "The container ended before it claimed its job.";
