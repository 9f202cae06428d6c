import type { AuditLog } from "../../shared/application/ports/audit-log.ts";
import type { AuditEvent } from "../../shared/domain/access/audit-event.ts";
import { logError } from "../log/log.ts";
import type { AuditEventMessage } from "../queues/messages.ts";
import { LONGEST_RETRY_SECONDS, type Received } from "../queues/received.ts";

const FIRST_RETRY_SECONDS = 10;

type Deps = {
  readonly auditLog: AuditLog;
  /** What follows from stored events. May be repeated, like the storing. */
  readonly follow: (events: readonly AuditEvent[]) => Promise<void>;
};

/** One statement for all events of a batch. A repeated event is one row. */
export async function storeAuditEvents(
  received: readonly Received<AuditEventMessage>[],
  { auditLog, follow }: Deps,
): Promise<void> {
  try {
    const events = received.map(({ body: { kind: _, ...event } }) => event);
    await auditLog.append(events);
    await follow(events);
    for (const { message } of received) message.ack();
  } catch (error) {
    logError("audit-queue", error, { events: received.length });
    for (const { message } of received) message.retry({ delaySeconds: delayAfter(message.attempts) });
  }
}

function delayAfter(attempts: number): number {
  return Math.min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** (attempts - 1));
}
