import type { Logger } from "../../log.ts";

/** Work that no caller waits for. A failure is logged: the scan, the garbage collection or the Cron Trigger repeats it. */
export type Background = {
  start(name: string, work: Promise<unknown>): void;
  /** Waits for what has been started until now. */
  settled(): Promise<void>;
};

export function createBackground(log: Pick<Logger, "warn">): Background {
  const running = new Set<Promise<unknown>>();
  return {
    start: (name, work) => {
      const watched = work
        .catch((error: unknown) => log.warn({ err: error }, `${name} failed`))
        .finally(() => running.delete(watched));
      running.add(watched);
    },
    settled: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

/** One call at a time: those that are asked for meanwhile become one more call afterwards. */
export function merged(call: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let again = false;
  const run = async () => {
    try {
      do {
        again = false;
        await call();
      } while (again);
    } finally {
      // In the same step as the last look at `again`: no request may fall between the two.
      running = null;
    }
  };
  return () => {
    if (running === null) running = run();
    else again = true;
    return running;
  };
}
