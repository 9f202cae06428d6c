import { type SQL, sql } from "drizzle-orm";
import { filtersOf, type WebhookEventType } from "../../../domain/webhooks/webhook-event.ts";
import { texts } from "../database.ts";

/** Of a row of webhook_endpoint. */
export function receives(type: WebhookEventType): SQL {
  return sql`webhook_endpoint.events ?| ${texts(filtersOf(type))}`;
}
