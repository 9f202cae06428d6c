import type { Sleep } from "../retried-call.ts";

export type EarlySleep = {
  /** Resolves to "early" where `wakeAll` ended it. Rejects when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<"early" | "over">;
  wakeAll(): void;
};

/** For pauses between tries of what has failed: they end when it is known that a try may succeed now. */
export function createEarlySleep(sleep: Sleep): EarlySleep {
  let awake = new AbortController();
  return {
    sleep: async (ms, signal) => {
      const { signal: early } = awake;
      await sleep(ms, AbortSignal.any([signal, early])).catch((error: unknown) => {
        if (signal.aborted || !early.aborted) throw error;
      });
      return early.aborted ? "early" : "over";
    },
    wakeAll: () => {
      awake.abort();
      awake = new AbortController();
    },
  };
}
