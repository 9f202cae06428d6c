import type { Context } from "./context.ts";
import { deleteUnder } from "./delete-objects.ts";
import { deleteReplaced } from "./delete-replaced.ts";
import type { DeletionMessage } from "./env.ts";
import { logError } from "./log.ts";

/** The delete queue. Repeating a message does no harm. */
export async function consumeDeletions(batch: MessageBatch<DeletionMessage>, context: Context): Promise<void> {
  for (const message of batch.messages) {
    try {
      if ("replaced" in message.body) await deleteReplaced(context, message.body);
      else await deleteUnder(context.env, message.body);
      message.ack();
    } catch (error) {
      const prefix = "replaced" in message.body ? message.body.replaced : message.body.prefix;
      logError("delete-objects", error, { prefix });
      message.retry({ delaySeconds: 30 });
    }
  }
}
