import type { DueDelivery, WebhookDeliveries } from "../../shared/application/ports/webhook-deliveries.ts";
import type { Env } from "../env.ts";
import type { DeliverWebhookMessage } from "../queues/messages.ts";

/** A queue delays a message by at most 24 hours and may keep it for no longer than that: a later attempt takes several. */
const LONGEST_DELAY_SECONDS = 12 * 3600;

/** After this time a message that was sent counts as lost. A second message for one attempt starts nothing. */
export const MESSAGE_LOST_MS = 5 * 60_000;

const MESSAGES_PER_BATCH = 100;
/** Batches per call, each with one statement. The next call of the Cron Trigger continues. */
const MOST_BATCHES = 20;

export type QueueDeps = {
  readonly webhookDeliveries: Pick<WebhookDeliveries, "takeDue">;
  readonly env: Pick<Env, "WEBHOOKS">;
  readonly now: () => number;
};

/** Sends a message for each delivery that is due and has none. */
export async function queueDueDeliveries({ webhookDeliveries, env, now }: QueueDeps): Promise<number> {
  let queued = 0;
  for (let batch = 0; batch < MOST_BATCHES; batch++) {
    const due = await webhookDeliveries.takeDue(now(), MESSAGE_LOST_MS, MESSAGES_PER_BATCH);
    if (due.length > 0) {
      await env.WEBHOOKS.sendBatch(due.map((one) => ({ body: messageOf(one), delaySeconds: delayOf(one, now()) })));
    }
    queued += due.length;
    if (due.length < MESSAGES_PER_BATCH) break;
  }
  return queued;
}

/** Sends a message for the next attempt of a delivery. */
export async function queueAttempt({ env, now }: Pick<QueueDeps, "env" | "now">, due: DueDelivery): Promise<void> {
  await env.WEBHOOKS.send(messageOf(due), { delaySeconds: delayOf(due, now()) });
}

function messageOf({ endpointId, eventId, attempt }: DueDelivery): DeliverWebhookMessage {
  return { kind: "deliver-webhook", endpointId, eventId, attempt };
}

function delayOf({ nextAttemptAt }: DueDelivery, now: number): number {
  return Math.min(LONGEST_DELAY_SECONDS, Math.max(0, Math.ceil((nextAttemptAt - now) / 1000)));
}
