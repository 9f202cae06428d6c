import { uuidV7 } from "../../shared/lib/random-id.ts";
import type { LaunchDeps } from "./launch-deps.ts";
import { launchRateOf } from "./launch-rates.ts";
import type { Launcher } from "./launcher.ts";
import { orderLaunch } from "./order-launch.ts";

/** In one statement, and at the same time at the platform. */
const AT_ONCE = 10;

type Budget = { readonly most: number; readonly ms: number };

/** Orders containers for due jobs until there is none, no room for more, or the budget is used up. */
export async function launchDueJobs(deps: LaunchDeps, launcher: Launcher, budget: Budget): Promise<void> {
  const { now, wait, settings } = deps;
  const rate = launchRateOf(settings.LAUNCHER);
  const end = now() + budget.ms;
  for (let left = budget.most; left > 0 && now() < end; ) {
    const taken = await take(deps, Math.min(left, AT_ONCE));
    if (taken.length === 0) return;
    left -= taken.length;
    await Promise.all(taken.map((one) => orderLaunch(deps, launcher, one)));
    if (rate !== null) await wait(rate.intervalMs);
  }
}

function take({ launches, settings, now }: LaunchDeps, limit: number) {
  const at = now();
  return launches.take({
    launchIds: Array.from({ length: limit }, () => uuidV7(at)),
    now: at,
    platform: settings.LAUNCHER,
    regions: settings.LAUNCH_REGIONS ?? [],
    maxInFlight: settings.LAUNCH_MAX_IN_FLIGHT,
    timeoutMs: settings.LAUNCH_TIMEOUT_SECONDS * 1000,
    rate: launchRateOf(settings.LAUNCHER),
  });
}
