import type { DomainEvent } from "../../shared/domain/events/domain-event.ts";
import type { Context } from "../context.ts";
import { launchCreated, stopCancelled } from "../launchers/advance-launches.ts";
import type { LaunchDeps } from "../launchers/launch-deps.ts";
import { cancelsJobs, queuesJobs } from "../launchers/launching-saves.ts";
import { logError } from "../log/log.ts";
import { queueDueDeliveries } from "../webhooks/queue-deliveries.ts";
import { type EventDeps, handleEvent } from "./handlers.ts";

export type OutboxDeps = EventDeps & Pick<Context, "outbox">;

/** A delivery that fails, or that ends with its isolate, is repeated after these waits. */
const RETRIES = { firstWaitMs: 30_000, longestWaitMs: 3600_000 };

/**
 * Saves per dispatch, at up to 25 statements each; `first` of them that were never taken. Any number of saves that failed
 * before therefore delays no new one, and they have the places that are left.
 */
const SHARES = { first: 8, total: 10 };

/**
 * Delivers the events of saves to their handlers. A save is marked when all its events are handled; until then it is
 * taken again. Other saves, also of the same post, do not wait for it.
 */
export async function dispatchEvents(deps: OutboxDeps): Promise<number> {
  const { outbox, now } = deps;
  const fresh = await outbox.takeDue({ now: now(), first: SHARES.first, again: 0, ...RETRIES });
  const repeated = await outbox.takeDue({ now: now(), first: 0, again: SHARES.total - fresh.length, ...RETRIES });
  const taken = [...fresh, ...repeated];
  const failures: unknown[] = [];
  for (const { videoPostId, version, events } of taken) {
    const failed = await failuresOf(events, deps);
    if (failed.length === 0) await outbox.markDispatched({ videoPostId, version }, now()).catch((e) => failed.push(e));
    failures.push(...failed);
  }
  // The Cron Trigger queues what is not queued here.
  if (taken.length > 0) await queueDueDeliveries(deps).catch((error) => logError("webhooks", error));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} events could not be handled`);
  return taken.length;
}

async function failuresOf(events: readonly DomainEvent[], deps: OutboxDeps): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (const event of events) failures.push(...(await handleEvent(event, deps)));
  return failures;
}

/** Per invocation, which has a limit of statements. The Cron Trigger dispatches what further saves raise. */
const MOST_DISPATCHES = 2;

type Saving = OutboxDeps & LaunchDeps;

/**
 * The context of one invocation: a save that raises events is followed by a dispatch, whichever command made it, and one
 * that creates or cancels jobs by their launches. `later` keeps both alive. The Cron Trigger repeats what fails here.
 */
export function dispatchingSaves<C extends Saving>(context: C, later: (work: Promise<unknown>) => void): C {
  const { posts } = context;
  const left = { dispatches: MOST_DISPATCHES, launches: MOST_DISPATCHES, stops: MOST_DISPATCHES };
  const follow = (kind: keyof typeof left, at: string, work: (deps: C) => Promise<unknown>) => {
    if (left[kind]-- > 0) later(work(context).catch((error) => logError(at, error)));
  };
  const save: C["posts"]["save"] = async (change, now, options) => {
    const outcome = await posts.save(change, now, options);
    if (outcome !== "saved") return outcome;
    if (change.events.length > 0) follow("dispatches", "outbox", dispatchEvents);
    if (context.launcher === null) return outcome;
    if (queuesJobs(change, options)) follow("launches", "launch", launchCreated);
    if (cancelsJobs(change, options)) follow("stops", "launch", stopCancelled);
    return outcome;
  };
  return { ...context, posts: { ...posts, save } };
}

/** Runs the work of an invocation that has no response, and ends with its dispatches. */
export async function dispatchingAll<C extends Saving>(
  context: C,
  run: (invocation: C) => Promise<void>,
): Promise<void> {
  const dispatches: Promise<unknown>[] = [];
  try {
    await run(dispatchingSaves(context, (work) => dispatches.push(work)));
  } finally {
    await Promise.all(dispatches);
  }
}
