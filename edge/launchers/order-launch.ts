import { failUnlaunchedJob, launchFailure } from "../../shared/application/commands/fail-unlaunched-job.ts";
import type { TakenLaunch } from "../../shared/application/ports/launch-store.ts";
import { unwrapSourceUrl } from "../../shared/application/source-url.ts";
import { resourcesFor, STANDARD_RESOURCE_ROWS } from "../../shared/domain/job/launch-resources.ts";
import { backoffMs } from "../../shared/domain/job/transcode-job.ts";
import { logError } from "../log/log.ts";
import { announceLaunch } from "../webhooks/announce-launch.ts";
import { CALL_TIMEOUT_MS, type LaunchDeps, shownReason } from "./launch-deps.ts";
import type { LaunchAnswer, Launcher, LaunchOrder } from "./launcher.ts";

/** A platform that throttles without saying for how long is left alone for a moment. */
const THROTTLED_SECONDS = 5;

/** Orders the container of one launch and records the answer. A fault is logged: the launch is repeated in its time. */
export async function orderLaunch(deps: LaunchDeps, launcher: Launcher, taken: TakenLaunch): Promise<void> {
  const { launchId, jobId } = taken;
  try {
    if (taken.tries > deps.settings.LAUNCH_MAX_ATTEMPTS) await giveUp(deps, taken);
    else await record(deps, launcher, taken, await ask(deps, launcher, taken));
  } catch (error) {
    logError("launch", error, { launchId, jobId });
  }
}

async function ask(deps: LaunchDeps, launcher: Launcher, taken: TakenLaunch): Promise<LaunchAnswer | null> {
  const order = await orderOf(deps, taken);
  try {
    return await launcher.launch(order, AbortSignal.timeout(CALL_TIMEOUT_MS));
  } catch (error) {
    const { launchId, jobId, tries } = taken;
    logError("launch", error, { launchId, jobId });
    const reason = shownReason(error instanceof Error ? error.message : "The platform did not answer.");
    const now = deps.now();
    const claimBy = now + backoffMs(tries, deps.rules, deps.random());
    await deps.launches.unanswered({ launchId, reason, claimBy, now });
    return null;
  }
}

async function orderOf({ settings, vault }: LaunchDeps, taken: TakenLaunch): Promise<LaunchOrder> {
  const { jobId, launchId, region, facts, fileId, sourceUrl } = taken;
  const resources = resourcesFor(facts, {
    rows: settings.LAUNCH_RESOURCES ?? STANDARD_RESOURCE_ROWS,
    leastDiskGib: settings.LAUNCH_MIN_DISK_GIB,
    mostDiskGib: settings.LAUNCH_MAX_DISK_GIB,
  });
  const url = sourceUrl === null ? null : await unwrapSourceUrl(vault, fileId, sourceUrl);
  const sourceHost = url !== null && URL.canParse(url) ? new URL(url).hostname : null;
  return { jobId, launchId, kind: facts.kind, resources, region, sourceHost };
}

async function record(deps: LaunchDeps, launcher: Launcher, taken: TakenLaunch, answer: LaunchAnswer | null) {
  if (answer === null) return;
  if (answer.kind === "refused") return recordRefusal(deps, taken, answer);
  const { platformId } = answer;
  const started = { launchId: taken.launchId, platformId, now: deps.now() };
  // Without its name the container cannot be stopped, so a fault of the database is met once more.
  const outcome = await deps.launches.started(started).catch(() => deps.launches.started(started));
  if (outcome === "stop") await launcher.stop(platformId, STOP_REASON, AbortSignal.timeout(CALL_TIMEOUT_MS));
}

export const STOP_REASON = "The job was cancelled, has ended, or was launched again.";

async function recordRefusal(
  deps: LaunchDeps,
  taken: TakenLaunch,
  { cause, reason, retryAfterSeconds }: Extract<LaunchAnswer, { kind: "refused" }>,
): Promise<void> {
  const { launches, settings } = deps;
  const now = deps.now();
  const waitMs = Math.max(
    (retryAfterSeconds ?? 0) * 1000,
    hasNextRegion(deps, taken, cause) ? 0 : backoff(deps, taken),
  );
  const refused = { launchId: taken.launchId, cause, reason: shownReason(reason), nextAt: now + waitMs, now };
  await launches.refused(refused);
  if (cause === "throttled") {
    await launches.pause(settings.LAUNCHER, now + (retryAfterSeconds ?? THROTTLED_SECONDS) * 1000);
  }
  await announceLaunch(deps, { ...taken, state: "REFUSED", cause, reason: refused.reason });
}

/** A region that has not refused the job in this round is tried at once. */
function hasNextRegion({ settings }: LaunchDeps, { capacityRefusals }: TakenLaunch, cause: string): boolean {
  const regions = settings.LAUNCH_REGIONS?.length ?? 1;
  return cause === "capacity" && (capacityRefusals + 1) % regions !== 0;
}

function backoff({ rules, random }: LaunchDeps, { tries }: TakenLaunch): number {
  return backoffMs(tries, rules, random());
}

/** Nothing was ordered for this launch. */
async function giveUp(deps: LaunchDeps, { launchId, jobId, tries, lastReason }: TakenLaunch): Promise<void> {
  const now = deps.now();
  const failure = launchFailure(tries - 1, lastReason);
  await deps.launches.ended({ launchId, reason: failure.reason, exitCode: null, nextAt: null, now });
  await failUnlaunchedJob(deps, jobId, failure, now);
}
