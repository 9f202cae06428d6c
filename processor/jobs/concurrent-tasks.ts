/** Tasks that come one after the other and run at most so many at once. */
export type TaskQueue = {
  readonly add: (task: () => Promise<void>) => void;
  /** How many have not ended yet. */
  readonly size: () => number;
  /** Resolves when all that were added have ended; rejects with what the first failing task threw. */
  readonly drain: () => Promise<void>;
};

/**
 * After a task has failed the ones that have not started are dropped; `onFailure` is called at once, so that whatever
 * produces the tasks can stop.
 */
export function createTaskQueue(limit: number, onFailure: (error: unknown) => void = () => {}): TaskQueue {
  const waiting: (() => Promise<void>)[] = [];
  let running = 0;
  let failure: { readonly error: unknown } | null = null;
  let idle: (() => void)[] = [];

  const ended = () => {
    running -= 1;
    startNext();
    if (running > 0) return;
    for (const resolve of idle) resolve();
    idle = [];
  };
  const startNext = () => {
    while (running < limit) {
      const task = waiting.shift();
      if (!task) return;
      running += 1;
      task()
        .catch((error: unknown) => {
          waiting.length = 0;
          if (failure) return;
          failure = { error };
          onFailure(error);
        })
        .finally(ended);
    }
  };
  return {
    add: (task) => {
      if (failure) return;
      waiting.push(task);
      startNext();
    },
    size: () => waiting.length + running,
    drain: async () => {
      if (running > 0) await new Promise<void>((resolve) => idle.push(resolve));
      if (failure) throw failure.error;
    },
  };
}

/** Runs `work` on every item, at most `limit` at once; rejects with the first failure after all started ones have ended. */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = createTaskQueue(limit);
  for (const item of items) queue.add(() => work(item));
  await queue.drain();
}
