import type { Stack } from "../e2e/stack.ts";
import { between, type SeededRandom } from "../fixtures/seeded-random.ts";
import { cutConnections } from "./cut-connections.ts";
import type { FaultProxy } from "./fault-proxy.ts";
import { type Pace, sleep, startRhythm } from "./pace.ts";

export type Outages = { stop(): Promise<void>; readonly count: () => number; readonly connectionsCut: () => number };

/** Times in which the Worker and the store are unavailable. */
export function startOutages(
  { databaseUrl }: Stack,
  proxy: FaultProxy,
  random: SeededRandom,
  pace: Pace,
  every: readonly [number, number],
): Outages {
  let count = 0;
  let connectionsCut = 0;
  const rhythm = startRhythm(
    () => pace.draw(every),
    async (signal) => {
      count++;
      proxy.setAway(true);
      if (databaseUrl !== null) connectionsCut += await cutConnections(databaseUrl);
      await sleep(1000 * between(random, 1, 8), signal);
      proxy.setAway(false);
    },
  );
  return { count: () => count, connectionsCut: () => connectionsCut, stop: rhythm.stop };
}
