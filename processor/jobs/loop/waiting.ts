import { abortableSleep } from "../../abortable-sleep.ts";

/** How the slots of the loop wait while nothing is due. */
export type Waiting = {
  /** Resolves when there may be something to claim, or `stop` is aborted. */
  untilDue(stop: AbortSignal): Promise<void>;
  /** A slot has claimed a job: more may be due, for another slot. */
  found(): void;
  /** Waits before a claim that failed is repeated, for less than `ms` where it may succeed earlier. */
  afterFailure(ms: number, stop: AbortSignal): Promise<void>;
};

/** Asks again after `pollMs`, spread so that many processors do not ask at once. */
export function polling(pollMs: number, random: () => number): Waiting {
  return {
    untilDue: (stop) => pause(pollMs * (0.75 + 0.5 * random()), stop),
    found: () => {},
    afterFailure: pause,
  };
}

export type Woken = Waiting & {
  /** Something may be due. Wakes one slot: others follow as long as slots find something. */
  wake(): void;
};

/** Waits for `wake`, for at most as long as `longestMs` says at that time. */
export function woken(
  longestMs: () => number,
  random: () => number,
  afterFailure: Waiting["afterFailure"] = pause,
): Woken {
  const sleeping: (() => void)[] = [];
  // A wake that meets no sleeping slot is for the next one: it may have asked just before.
  let isDue = false;
  const wake = () => {
    const next = sleeping.shift();
    if (next === undefined) isDue = true;
    else next();
  };
  return {
    wake,
    found: wake,
    afterFailure,
    untilDue: async (stop) => {
      if (isDue) {
        isDue = false;
        return;
      }
      const awake = new AbortController();
      const end = () => awake.abort();
      sleeping.push(end);
      await pause(longestMs() * (0.75 + 0.5 * random()), AbortSignal.any([stop, awake.signal]));
      if (sleeping.includes(end)) sleeping.splice(sleeping.indexOf(end), 1);
    },
  };
}

/** Ends early, without an error, when the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await abortableSleep(ms, signal).catch(() => {});
}
