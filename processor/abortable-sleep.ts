import { setTimeout as delay } from "node:timers/promises";

/** Rejects with an AbortError when the signal is aborted first. */
export async function abortableSleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal });
}
