import type { Context } from "../context.ts";
import { logError } from "../log/log.ts";
import { type ProbeMessage, QUEUES, type QueueBinding } from "../queues/messages.ts";

/** Sends a message through each queue. Returns the queues that did not take theirs. */
export async function probeQueues({ env }: Pick<Context, "env">): Promise<QueueBinding[]> {
  const refused = await Promise.all(
    QUEUES.map(async (queue) => {
      try {
        const message: ProbeMessage = { kind: "probe", queue };
        await (env[queue] as Queue<unknown>).send(message);
        return [];
      } catch (error) {
        logError("queue", error, { queue });
        return [queue];
      }
    }),
  );
  return refused.flat();
}
