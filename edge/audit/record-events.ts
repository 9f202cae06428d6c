import type { AuditLog } from "../../shared/application/ports/audit-log.ts";
import type { AuditEvent } from "../../shared/domain/audit-event.ts";
import { logError } from "../log/log.ts";
import type { AuditEventMessage } from "../queues/messages.ts";

type Ways = { readonly auditLog: AuditLog; readonly env: { readonly AUDIT_EVENTS: Queue<AuditEventMessage> } };
type Way = { readonly name: string; write(ways: Ways, events: readonly AuditEvent[]): Promise<unknown> };

const DATABASE: Way = { name: "database", write: ({ auditLog }, events) => auditLog.append(events) };
const QUEUE: Way = {
  name: "queue",
  write: ({ env }, events) =>
    env.AUDIT_EVENTS.sendBatch(events.map((event) => ({ body: { ...event, kind: "audit-event" } }))),
};

/** Into the log; by the queue where the database does not answer. When it resolves, the events are safe or told. */
export function recordNow(ways: Ways, events: readonly AuditEvent[]): Promise<void> {
  return byFirstThatWorks(ways, [DATABASE, QUEUE], events);
}

/** By the queue, for what is too frequent for a statement each; straight into the log where the queue does not answer. */
export function recordByQueue(ways: Ways, events: readonly AuditEvent[]): Promise<void> {
  return byFirstThatWorks(ways, [QUEUE, DATABASE], events);
}

/** What failed may have been written all the same: an event that comes twice is one row, by its id. */
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
  // The last place that is left. An event holds no secret, so it can stand here whole.
  for (const event of events) logError("audit", "an event is not stored", { lost: event });
}
