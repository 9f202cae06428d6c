import { type SQL, sql } from "drizzle-orm";
import { filtersOf, type WebhookEventType } from "../../../domain/webhooks/webhook-event.ts";

/** Of a row of webhook_endpoint. */
export function receives(type: WebhookEventType): SQL {
  return sql`EXISTS (SELECT 1 FROM json_each(webhook_endpoint.events)
    WHERE value IN (SELECT value FROM json_each(${JSON.stringify(filtersOf(type))})))`;
}
