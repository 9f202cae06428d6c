import { childrenOf, descendantsOf, signalAll } from "../../scripts/dev/process-tree.ts";
import type { Deployment } from "../e2e/processor-process.ts";
import type { SeededRandom } from "../fixtures/seeded-random.ts";
import { startLauncher } from "../launchers/local/launcher-process.ts";
import type { LaunchProxy } from "./launch-proxy.ts";
import { type Pace, sleep, startRhythm } from "./pace.ts";
import type { Restlessness, RestlessProcessors } from "./restless-processors.ts";

export type LaunchedRuns = RestlessProcessors & {
  /** Process ids of runs, and of what they have started. */
  readonly processes: () => readonly number[];
};

type Chaos = { readonly random: SeededRandom; readonly pace: Pace } & Restlessness;

/** `ladderlock launcher` in place of processors that poll; its runs are killed -9 or paused at random moments. */
export async function startLaunchedRuns(
  deployment: Deployment,
  settings: Record<string, string>,
  launches: LaunchProxy,
  { random, pace, count, killEvery, pauseShare, pauseSeconds }: Chaos,
): Promise<LaunchedRuns> {
  const launcher = await startLauncher(deployment, { ...settings, LAUNCHER_MAX_PROCESSES: String(count) });
  launches.setTarget(launcher.url);
  let kills = 0;
  let pauses = 0;
  const blows = startRhythm(
    () => pace.draw(killEvery) / count,
    async (signal) => {
      const runs = childrenOf(launcher.pid);
      const chosen = runs.slice(Math.floor(random() * runs.length)).slice(0, 1);
      if (chosen.length === 0) return;
      if (random() >= pauseShare) {
        kills++;
        signalAll(chosen, "SIGKILL");
        return;
      }
      pauses++;
      signalAll(chosen, "SIGSTOP");
      await sleep(1000 * pauseSeconds, signal);
      signalAll(chosen, "SIGCONT");
    },
  );
  return {
    kills: () => kills,
    pauses: () => pauses,
    processes: () => descendantsOf(launcher.pid).slice(1),
    calm: () => void blows.stop(),
    stop: async () => {
      await blows.stop();
      await launcher.stop();
    },
  };
}
