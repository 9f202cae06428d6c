import { storeAuditEvents } from "./audit/store-events.ts";
import type { Context } from "./context.ts";
import { deleteJobObjects, deleteUnder } from "./events/delete-objects.ts";
import { deleteReplaced } from "./events/delete-replaced.ts";
import { logError } from "./log/log.ts";
import { type QueueMessage, readMessage } from "./queues/messages.ts";
import { LONGEST_RETRY_SECONDS, type Received } from "./queues/received.ts";
import { announceLimits } from "./webhooks/announce-limit.ts";
import { deliverWebhooks } from "./webhooks/deliver-webhook.ts";

type Kind = QueueMessage["kind"];
type MessageOf<K extends Kind> = Extract<QueueMessage, { readonly kind: K }>;

/** Acknowledges or retries every message. A message may come twice. */
type MessageHandler<K extends Kind> = (received: readonly Received<MessageOf<K>>[], context: Context) => Promise<void>;

const HANDLERS: { readonly [K in Kind]: MessageHandler<K> } = {
  "audit-event": (received, context) =>
    storeAuditEvents(received, { auditLog: context.auditLog, follow: (events) => announceLimits(events, context) }),
  "delete-objects": oneByOne((message, { env }) => deleteUnder(env, message)),
  "delete-job-objects": oneByOne((message, { env }) => deleteJobObjects(env, message)),
  "delete-replaced": oneByOne((message, context) => deleteReplaced(context, message)),
  "deliver-webhook": deliverWebhooks,
  probe: oneByOne(({ queue }, { serviceState, now }) => serviceState.record(`queue:${queue}`, now())),
};

const RETRY_SECONDS = 30;

/** The message names its kind, so a deployment may name its queues freely. */
export async function handleMessages(batch: MessageBatch<unknown>, context: Context): Promise<void> {
  const readable: Received<QueueMessage>[] = [];
  for (const message of batch.messages) {
    const body = readMessage(message.body);
    if (body !== null) {
      readable.push({ message, body });
      continue;
    }
    // A newer release may be able to read it; otherwise it becomes a dead letter.
    logError("queue", "a message cannot be read", { queue: batch.queue, message: message.id });
    message.retry({ delaySeconds: LONGEST_RETRY_SECONDS });
  }
  for (const [kind, group] of Map.groupBy(readable, ({ body }) => body.kind)) {
    const handle = HANDLERS[kind] as MessageHandler<Kind>;
    await handle(group, context);
  }
}

function oneByOne<M extends QueueMessage>(work: (body: M, context: Context) => Promise<void>) {
  return async (received: readonly Received<M>[], context: Context): Promise<void> => {
    for (const { message, body } of received) {
      try {
        await work(body, context);
        message.ack();
      } catch (error) {
        logError("queue", error, { message: body });
        message.retry({ delaySeconds: RETRY_SECONDS });
      }
    }
  };
}
