import { isAlive } from "../../processor/adapters/process-state.ts";
import { descendantsOf, signalAll } from "../../scripts/dev/process-tree.ts";
import type { Deployment } from "../e2e/processor-process.ts";
import type { Stack } from "../e2e/stack.ts";
import type { SeededRandom } from "../fixtures/seeded-random.ts";
import { startLauncher } from "../launchers/local/launcher-process.ts";
import { type FatePlan, startFates } from "./fates.ts";
import type { FaultProxy } from "./fault-proxy.ts";
import type { LaunchProxy } from "./launch-proxy.ts";
import type { RestlessProcessors } from "./restless-processors.ts";
import { type Moment, watchMoments } from "./run-moments.ts";
import { PLACES, type Place, placeOf } from "./where-killed.ts";

export type LaunchedRuns = RestlessProcessors & {
  /** Process ids of runs, and of what they have started. */
  readonly processes: () => readonly number[];
  /** How many runs were struck at each moment of the plan. */
  readonly struck: () => Readonly<Partial<Record<Moment, number>>>;
  /** How far the parts of the killed runs had come. */
  readonly killedAt: () => Promise<Readonly<Record<Place, number>>>;
  /** Moments at which no run was struck yet, and the kinds of jobs in which none was killed. */
  readonly missing: () => string[];
  /** Rejects where a killed run could not be placed. */
  readonly broken: Promise<never>;
};

export type Chaos = FatePlan & {
  readonly random: SeededRandom;
  /** Share of the blows that are a SIGSTOP for `pauseSeconds` instead of a kill -9. */
  readonly pauseShare: number;
  readonly pauseSeconds: number;
};

const INSIDE_A_JOB: readonly Place[] = ["in-transcode", "in-encrypt"];

/** One more than the posts at once: a launch that comes twice starts a second process. */
const MAX_PROCESSES = "3";

/** `ladderlock launcher` in place of processors that poll; its runs are killed -9 or paused at moments of their work. */
export async function startLaunchedRuns(
  stack: Stack,
  proxy: FaultProxy,
  settings: Record<string, string>,
  launches: LaunchProxy,
  { random, pauseShare, pauseSeconds, ...plan }: Chaos,
): Promise<LaunchedRuns> {
  const deployment: Deployment = { origin: proxy.origin, databaseUrl: stack.databaseUrl };
  const launcher = await startLauncher(deployment, { ...settings, LAUNCHER_MAX_PROCESSES: MAX_PROCESSES });
  launches.setTarget(launcher.url);
  const fates = startFates(random, plan);
  const fated = new Map<number, Moment>();
  const struck: Partial<Record<Moment, number>> = Object.fromEntries(plan.moments.map((moment) => [moment, 0]));
  const killedAt = Object.fromEntries(PLACES.map((place) => [place, 0])) as Record<Place, number>;
  const stopped = new Map<number, NodeJS.Timeout>();
  const placing: Promise<void>[] = [];
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  let kills = 0;
  let pauses = 0;

  const resume = (pid: number) => {
    clearTimeout(stopped.get(pid));
    stopped.delete(pid);
    signalAll([pid], "SIGCONT");
  };
  const pause = (pid: number) => {
    pauses++;
    signalAll([pid], "SIGSTOP");
    stopped.set(
      pid,
      setTimeout(() => resume(pid), 1000 * pauseSeconds),
    );
  };
  const kill = (pid: number, moment: Moment, jobId: string) => {
    kills++;
    signalAll([pid], "SIGKILL");
    // Another run may hold the job of one that has claimed nothing.
    const place = moment === "started" ? Promise.resolve("before-claim" as const) : placeOf(stack, jobId);
    const placed = place.then((one) => void killedAt[one]++);
    placing.push(placed.catch((error: unknown) => broken.reject(error)));
  };
  const watch = watchMoments({
    launcher,
    proxy,
    onMoment: (pid, moment, jobId) => {
      if (moment === "started") {
        for (const [gone, unmet] of fated) {
          if (descendantsOf(launcher.pid).includes(gone)) continue;
          fated.delete(gone);
          fates.giveBack(unmet);
        }
        const fate = fates.draw();
        if (fate !== null) fated.set(pid, fate);
      }
      if (fated.get(pid) !== moment || jobId === null) return;
      fated.delete(pid);
      if (!isAlive(pid)) return fates.giveBack(moment);
      // The first one at each moment is a kill, so that a short run has one of each.
      const before = struck[moment] ?? 0;
      struck[moment] = before + 1;
      if (before > 0 && random() < pauseShare) pause(pid);
      else kill(pid, moment, jobId);
    },
  });
  const calm = () => {
    fates.end();
    fated.clear();
    for (const pid of stopped.keys()) resume(pid);
  };
  return {
    kills: () => kills,
    pauses: () => pauses,
    struck: () => struck,
    killedAt: async () => {
      await Promise.all(placing);
      return killedAt;
    },
    missing: () => [
      ...Object.entries(struck).flatMap(([moment, count]) => (count === 0 ? [`blows at ${moment}`] : [])),
      ...INSIDE_A_JOB.flatMap((place) => (killedAt[place] === 0 ? [`kills ${place}`] : [])),
    ],
    broken: broken.promise,
    processes: () => descendantsOf(launcher.pid).slice(1),
    calm,
    stop: async () => {
      calm();
      await Promise.all(placing);
      watch.stop();
      await launcher.stop();
    },
  };
}
