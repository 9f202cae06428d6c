import type { AuditLog } from "../../shared/application/ports/audit-log.ts";
import { logError } from "../log/log.ts";
import type { AuditEventMessage } from "../queues/messages.ts";
import { LONGEST_RETRY_SECONDS, type Received } from "../queues/received.ts";

const FIRST_RETRY_SECONDS = 10;

/** One statement for all events of a batch. A repeated event is one row. */
export async function storeAuditEvents(
  received: readonly Received<AuditEventMessage>[],
  { auditLog }: { readonly auditLog: AuditLog },
): Promise<void> {
  try {
    await auditLog.append(received.map(({ body: { kind: _, ...event } }) => event));
    for (const { message } of received) message.ack();
  } catch (error) {
    logError("audit-queue", error, { events: received.length });
    for (const { message } of received) message.retry({ delaySeconds: delayAfter(message.attempts) });
  }
}

function delayAfter(attempts: number): number {
  return Math.min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** (attempts - 1));
}
