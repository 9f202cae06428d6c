import type { AuditLog } from "../../shared/application/ports/audit-log.ts";
import type { AuditEvent } from "../../shared/domain/access/audit-event.ts";
import { logError } from "../log/log.ts";
import type { AuditEventMessage } from "../queues/messages.ts";

type Ways = { readonly auditLog: AuditLog; readonly env: { readonly AUDIT_EVENTS: Queue<AuditEventMessage> } };
type Way = { readonly name: string; write(ways: Ways, events: readonly AuditEvent[]): Promise<unknown> };

/** What one call to a queue takes. */
const MOST_MESSAGES = 100;

const DATABASE: Way = { name: "database", write: ({ auditLog }, events) => auditLog.append(events) };
const QUEUE: Way = {
  name: "queue",
  write: async ({ env }, events) => {
    for (let at = 0; at < events.length; at += MOST_MESSAGES) {
      const some = events.slice(at, at + MOST_MESSAGES);
      await env.AUDIT_EVENTS.sendBatch(some.map((event) => ({ body: { ...event, kind: "audit-event" } })));
    }
  },
};

/**
 * Stores events in the log, or through the queue if the database does not respond. When it resolves, they are stored,
 * queued or logged.
 */
export function recordNow(ways: Ways, events: readonly AuditEvent[]): Promise<void> {
  return byFirstThatWorks(ways, [DATABASE, QUEUE], events);
}

/**
 * Sends events that are too frequent for a statement each through the queue, or straight to the log if the queue does
 * not respond.
 */
export function recordByQueue(ways: Ways, events: readonly AuditEvent[]): Promise<void> {
  return byFirstThatWorks(ways, [QUEUE, DATABASE], events);
}

/** A failed write may have been committed: an event has an id, so a repeated one is one row. */
async function byFirstThatWorks(ways: Ways, order: readonly Way[], events: readonly AuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  for (const way of order) {
    try {
      await way.write(ways, events);
      return;
    } catch (error) {
      logError("audit", error, { way: way.name });
    }
  }
  // The last resort. An event holds no secret, so it can be logged whole.
  for (const event of events) logError("audit", "an event is not stored", { lost: event });
}
