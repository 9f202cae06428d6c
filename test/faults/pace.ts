import { between, type SeededRandom } from "../fixtures/seeded-random.ts";

/** How far apart the blows fall. Where a job takes longer than the time between two of them, no job would ever end. */
export type Pace = {
  /** Milliseconds: between so many seconds, drawn at random, and longer on a machine that is too slow for them. */
  draw(seconds: readonly [number, number]): number;
  /** Takes how many posts have ended; half a minute without another one doubles the distances, and each one shortens them. */
  observe(ended: number): void;
  readonly slowness: () => number;
};

const WITHOUT_PROGRESS_MS = 30_000;
const SLOWEST = 32;

export function startPace(random: SeededRandom): Pace {
  let slowness = 1;
  let most = 0;
  let since = Date.now();
  return {
    draw: (seconds) => 1000 * slowness * between(random, ...seconds),
    observe: (ended) => {
      const stuck = ended <= most && Date.now() - since > WITHOUT_PROGRESS_MS;
      if (stuck) slowness = Math.min(2 * slowness, SLOWEST);
      if (ended > most) slowness = Math.max(0.9 * slowness, 1);
      if (stuck || ended > most) since = Date.now();
      most = Math.max(most, ended);
    },
    slowness: () => slowness,
  };
}

export type Rhythm = {
  /** Ends the pause; resolves when the last action has ended. */
  stop(): Promise<void>;
  /** Rejects with what an action throws, which is the end of the rhythm. */
  readonly broken: Promise<never>;
};

/** Acts after every pause, until it is stopped or an action throws. `signal` aborts when it is to stop. */
export function startRhythm(pause: () => number, act: (signal: AbortSignal) => Promise<void>): Rhythm {
  const quiet = new AbortController();
  const run = async () => {
    for (;;) {
      await sleep(pause(), quiet.signal);
      if (quiet.signal.aborted) return;
      await act(quiet.signal);
    }
  };
  const running = run();
  const broken = new Promise<never>((_, reject) => running.catch(reject));
  broken.catch(() => {});
  return {
    broken,
    stop: async () => {
      quiet.abort();
      await running;
    },
  };
}

/** Resolves after so long, or as soon as the signal aborts. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
