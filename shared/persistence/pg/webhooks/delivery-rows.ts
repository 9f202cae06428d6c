import { type SQL, sql } from "drizzle-orm";
import type { DeliveryRef } from "../../../application/ports/webhook-deliveries.ts";
import type { WebhookDelivery } from "../../../domain/webhooks/webhook-delivery.ts";
import { rowOf } from "../database.ts";
import { webhookDelivery } from "../schema/webhooks.ts";

export const isOne = ({ endpointId, eventId }: DeliveryRef): SQL =>
  sql`endpoint_id = ${endpointId} AND event_id = ${eventId}`;

export function deliveryOf(row: Record<string, unknown>): WebhookDelivery {
  const { wakeAt: _, ...delivery } = rowOf(webhookDelivery, row);
  return delivery;
}

/** `attempts` stays, so that a message of an earlier round starts nothing twice. */
export function restart(which: SQL, now: number): SQL {
  return sql`UPDATE webhook_delivery SET state = 'PENDING', step = 0, next_attempt_at = ${now}, wake_at = ${now}
    WHERE ${which}`;
}
