import { z } from "zod";
import type { AuditEvent } from "../../shared/domain/audit-event.ts";
import type { Context } from "../context.ts";
import { logError } from "../log.ts";

const eventSchema: z.ZodType<AuditEvent> = z.object({
  id: z.uuidv7(),
  at: z.int(),
  actor: z.string(),
  action: z.string(),
  videoPostId: z.string().nullable(),
  fileIndex: z.int().nullable(),
  status: z.int(),
  reason: z.string().nullable(),
  count: z.int().positive(),
  clientAddress: z.string().nullable(),
  country: z.string().nullable(),
  details: z.record(z.string(), z.unknown()).nullable(),
  keepUntil: z.int(),
});

/** A queue keeps a message for days and gives it 100 tries: a database that is away for a day loses no event. */
const LONGEST_DELAY_SECONDS = 3600;
const FIRST_DELAY_SECONDS = 10;

/** The audit queue: a batch of events is one statement. Repeating it does no harm. */
export async function storeAuditEvents(batch: MessageBatch<unknown>, { auditLog }: Context): Promise<void> {
  const messages = batch.messages.map((message) => ({ message, parsed: eventSchema.safeParse(message.body) }));
  const readable = messages.filter(({ parsed }) => parsed.success);
  // Another version of us wrote it, or somebody by hand: kept for whoever looks into the dead letters.
  for (const { message } of messages.filter(({ parsed }) => !parsed.success))
    message.retry({ delaySeconds: LONGEST_DELAY_SECONDS });
  if (readable.length === 0) return;
  try {
    await auditLog.append(readable.map(({ parsed }) => parsed.data as AuditEvent));
    for (const { message } of readable) message.ack();
  } catch (error) {
    logError("audit-queue", error, { events: readable.length });
    for (const { message } of readable) message.retry({ delaySeconds: delayAfter(message.attempts) });
  }
}

function delayAfter(attempts: number): number {
  return Math.min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** (attempts - 1));
}
