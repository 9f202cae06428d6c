import { type Deployment, type ProcessorProcess, startProcessor } from "../e2e/processor-process.ts";
import type { SeededRandom } from "../fixtures/seeded-random.ts";
import { type Pace, sleep } from "./pace.ts";

export type RestlessProcessors = {
  readonly kills: () => number;
  readonly pauses: () => number;
  /** No more kills; the processors continue. */
  calm(): void;
  stop(): Promise<void>;
};

export type Restlessness = {
  readonly count: number;
  /** Seconds between two kills of one processor. */
  readonly killEvery: readonly [number, number];
  /** Share of the blows that are a SIGSTOP for `pauseSeconds` instead of a kill -9. */
  readonly pauseShare: number;
  readonly pauseSeconds: number;
};

/** Keeps `count` processors running, each killed -9 or paused at random moments and then started again. */
export async function startRestlessProcessors(
  deployment: Deployment,
  settings: Record<string, string>,
  random: SeededRandom,
  pace: Pace,
  restlessness: Restlessness,
): Promise<RestlessProcessors> {
  const quiet = new AbortController();
  let kills = 0;
  let pauses = 0;

  const slot = async (): Promise<ProcessorProcess> => {
    let processor = await startProcessor(deployment, settings);
    while (!quiet.signal.aborted) {
      await sleep(pace.draw(restlessness.killEvery), quiet.signal);
      if (quiet.signal.aborted) break;
      if (random() < restlessness.pauseShare) {
        pauses++;
        processor.signal("SIGSTOP");
        await sleep(1000 * restlessness.pauseSeconds, quiet.signal);
        processor.signal("SIGCONT");
        continue;
      }
      kills++;
      processor.signal("SIGKILL");
      await processor.exit;
      await processor.stop();
      processor = await startProcessor(deployment, settings);
    }
    return processor;
  };

  const slots = Array.from({ length: restlessness.count }, slot);
  return {
    kills: () => kills,
    pauses: () => pauses,
    calm: () => quiet.abort(),
    stop: async () => {
      quiet.abort();
      for (const processor of await Promise.all(slots)) await processor.stop();
    },
  };
}
