import { runIsolated } from "../../shared/application/isolated-steps.ts";
import type { LaunchDeps } from "./launch-deps.ts";
import { launchDueJobs } from "./launch-due-jobs.ts";
import { watchLaunches } from "./watch-launches.ts";

/** Per minute; each costs some four statements. */
const LAUNCHES_PER_SCAN = 40;
/** A platform with a rate takes them one by one. The next minute continues. */
const SCAN_MS = 45_000;
/** Behind a request, which may still work for half a minute. */
const LAUNCHES_PER_DISPATCH = 10;
const DISPATCH_MS = 10_000;

/** The work of a minute. One statement while no job waits and no container runs. */
export async function advanceLaunches(deps: LaunchDeps): Promise<void> {
  const { launcher, launches, now } = deps;
  if (launcher === null || !(await launches.hasWork(now()))) return;
  await runIsolated({
    "the watch on containers": () => watchLaunches(deps, launcher),
    launches: () => launchDueJobs(deps, launcher, { most: LAUNCHES_PER_SCAN, ms: SCAN_MS }),
  });
}

/** Behind a save that creates jobs. */
export async function launchCreated(deps: LaunchDeps): Promise<void> {
  const { launcher } = deps;
  if (launcher !== null) await launchDueJobs(deps, launcher, { most: LAUNCHES_PER_DISPATCH, ms: DISPATCH_MS });
}

/** Behind a save that cancels jobs. */
export async function stopCancelled(deps: LaunchDeps): Promise<void> {
  if (deps.launcher !== null) await watchLaunches(deps, deps.launcher);
}
