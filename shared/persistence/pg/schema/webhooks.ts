import { sql } from "drizzle-orm";
import { index, pgTable, primaryKey } from "drizzle-orm/pg-core";
import type { DeliveryState } from "../../../domain/webhooks/webhook-delivery.ts";
import type { DisabledReason, EndpointState } from "../../../domain/webhooks/webhook-endpoint.ts";
import { integer, json, text, timestamp } from "./columns.ts";

export const webhookEndpoint = pgTable("webhook_endpoint", {
  id: text("id").primaryKey(),
  url: text("url").notNull(),
  /** Names of events, `group.*` or `*`. */
  events: json("events").$type<readonly string[]>().notNull(),
  description: text("description").notNull(),
  state: text("state").$type<EndpointState>().notNull(),
  disabledReason: text("disabled_reason").$type<DisabledReason>(),
  disabledAt: timestamp("disabled_at"),
  createdBy: text("created_by").notNull(),
  createdAt: timestamp("created_at").notNull(),
  updatedAt: timestamp("updated_at").notNull(),
});

export const webhookSecret = pgTable(
  "webhook_secret",
  {
    id: text("id").primaryKey(),
    endpointId: text("endpoint_id").notNull(),
    wrappedSecret: text("wrapped_secret").notNull(),
    kekId: text("kek_id").notNull(),
    createdAt: timestamp("created_at").notNull(),
    /** NULL for the secret that signs until it is rotated. */
    expiresAt: timestamp("expires_at"),
  },
  (t) => [
    index("webhook_secret_endpoint").on(t.endpointId),
    // Finds secrets by key-encryption key.
    index("webhook_secret_kek").on(t.kekId, t.id),
  ],
);

/** One event on its way to one endpoint. */
export const webhookDelivery = pgTable(
  "webhook_delivery",
  {
    endpointId: text("endpoint_id").notNull(),
    /** The `webhook-id`: the same event is stored once for each endpoint. */
    eventId: text("event_id").notNull(),
    type: text("type").notNull(),
    eventAt: timestamp("event_at").notNull(),
    body: text("body").notNull(),
    state: text("state").$type<DeliveryState>().notNull(),
    attempts: integer("attempts").notNull(),
    step: integer("step").notNull(),
    nextAttemptAt: timestamp("next_attempt_at"),
    /** When the Cron Trigger sends a queue message again, because the one before it seems lost. */
    wakeAt: timestamp("wake_at"),
    createdAt: timestamp("created_at").notNull(),
    deliveredAt: timestamp("delivered_at"),
  },
  (t) => [
    primaryKey({ columns: [t.endpointId, t.eventId] }),
    index("webhook_delivery_wake").on(t.wakeAt).where(sql`state = 'PENDING'`),
    index("webhook_delivery_list").on(t.endpointId, t.eventAt, t.eventId),
    index("webhook_delivery_state").on(t.endpointId, t.state, t.eventAt, t.eventId),
    index("webhook_delivery_age").on(t.eventAt),
  ],
);

export const webhookAttempt = pgTable(
  "webhook_attempt",
  {
    endpointId: text("endpoint_id").notNull(),
    eventId: text("event_id").notNull(),
    attempt: integer("attempt").notNull(),
    startedAt: timestamp("started_at").notNull(),
    durationMs: integer("duration_ms").notNull(),
    /** HTTP status; NULL without a response. */
    status: integer("status"),
    error: text("error"),
    excerpt: text("excerpt"),
    nextAttemptAt: timestamp("next_attempt_at"),
  },
  (t) => [primaryKey({ columns: [t.endpointId, t.eventId, t.attempt] })],
);
