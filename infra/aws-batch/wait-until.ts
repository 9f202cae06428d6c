import { SetupError } from "./resource.ts";

export type Waiting = {
  /** Between two looks. */
  readonly pauseMs: number;
  readonly longestMs: number;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
};

/** The first value that is not undefined. `what` completes "AWS took longer than 5 minutes to ...". */
export async function waitUntil<T>(what: string, look: () => Promise<T | undefined>, waiting: Waiting): Promise<T> {
  const { pauseMs, longestMs, now, sleep } = waiting;
  const deadline = now() + longestMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (now() >= deadline) {
      const minutes = Math.round(longestMs / 60_000);
      throw new SetupError(`AWS took longer than ${minutes} minutes to ${what}. Run the command again.`);
    }
    await sleep(pauseMs);
  }
}
