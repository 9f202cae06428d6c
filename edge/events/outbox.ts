import type { Context } from "../context.ts";
import { logError } from "../log/log.ts";
import { type EventDeps, handleEvent } from "./handlers.ts";

export type OutboxDeps = EventDeps & Pick<Context, "outbox">;

const DISPATCH_BATCH = 50;

/**
 * Delivers the events of saves to their handlers. A save is marked when all its events are handled, so an interruption
 * repeats some. A failing save blocks only the later saves of its post.
 */
export async function dispatchEvents(deps: OutboxDeps): Promise<number> {
  const { outbox, now } = deps;
  const waiting = await outbox.listUndispatched(DISPATCH_BATCH);
  const failed = new Map<string, unknown>();
  for (const { videoPostId, version, events } of waiting) {
    if (failed.has(videoPostId)) continue;
    try {
      for (const event of events) await handleEvent(event, deps);
      await outbox.markDispatched({ videoPostId, version }, now());
    } catch (error) {
      failed.set(videoPostId, error);
    }
  }
  if (failed.size > 0) throw new AggregateError(failed.values(), `the events of ${failed.size} posts`);
  return waiting.length;
}

/** Runs after the response is sent. The Cron Trigger repeats what fails here. */
export function dispatchSoon(deps: OutboxDeps, execution: Pick<ExecutionContext, "waitUntil">): void {
  execution.waitUntil(dispatchEvents(deps).catch((error) => logError("outbox", error)));
}
