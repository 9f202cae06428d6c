/* Requests, Cron ticks and queue batches that the platform, not a test, has handed to the Worker. */

const calls = new Set<Promise<unknown>>();

export function running<T>(call: T): T {
  const ended: Promise<unknown> = Promise.allSettled([call]).then(() => calls.delete(ended));
  calls.add(ended);
  return call;
}

/** Resolves when the platform has nothing more in progress. */
export async function platformIdle(): Promise<void> {
  while (calls.size > 0) await Promise.all(calls);
}
