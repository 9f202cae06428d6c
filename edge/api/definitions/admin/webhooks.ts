import * as z from "zod";
import { multipleLines } from "../../../../shared/application/plain-text.ts";
import { LONGEST_WEBHOOK_URL } from "../../../../shared/domain/webhooks/webhook-address.ts";
import { DELIVERY_STATES } from "../../../../shared/domain/webhooks/webhook-delivery.ts";
import { DISABLED_REASONS, ENDPOINT_STATES } from "../../../../shared/domain/webhooks/webhook-endpoint.ts";
import { WEBHOOK_FILTERS } from "../../../../shared/domain/webhooks/webhook-event.ts";
import { cursorParameter, deliveryCursor } from "../../cursor.ts";
import { defineRoute } from "../../definition.ts";
import { givenInstant, instant, nextCursor, wholeNumber } from "../shapes.ts";

const MANAGE = { kind: "scope", scope: "webhooks:manage" } as const;
const TAG = "Webhooks";
const LONGEST_OVERLAP_SECONDS = 7 * 86_400;

const url = z.string().min(1).max(LONGEST_WEBHOOK_URL).describe("https, at a public host");
const events = z
  .array(z.enum(WEBHOOK_FILTERS as [string, ...string[]]))
  .min(1)
  .max(WEBHOOK_FILTERS.length)
  .describe("names of events, `post.*` for those of a group, or `*`");
const description = multipleLines(500);

const endpointSchema = z
  .object({
    webhookId: z.string(),
    url: z.string(),
    events: z.array(z.string()),
    description: z.string(),
    state: z.enum(ENDPOINT_STATES),
    disabledReason: z.enum(DISABLED_REASONS).nullable().describe("GONE: the endpoint answered 410"),
    disabledAt: instant.nullable(),
    createdBy: z.string(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: "WebhookEndpoint" });

export const secret = z.string().describe("`whsec_` and base64; shown once");

export const overlapSeconds = z
  .int()
  .min(0)
  .max(LONGEST_OVERLAP_SECONDS)
  .default(86_400)
  .describe("how long the secret before it also signs");

export const createWebhook = defineRoute({
  method: "POST",
  path: "/api/v2/webhooks",
  operationId: "createWebhook",
  tag: TAG,
  summary: "Creates a webhook endpoint, whose secret is shown once",
  access: MANAGE,
  audit: "webhook.create",
  body: z.strictObject({ url, events: events.default(["*"]), description: description.default("") }),
  responses: {
    201: {
      description: "The endpoint with its secret",
      schema: endpointSchema.extend({ secret }).meta({ id: "NewWebhookEndpoint" }),
    },
  },
  problems: ["invalid", "wrong-state"],
});

export const listWebhooks = defineRoute({
  method: "GET",
  path: "/api/v2/webhooks",
  operationId: "listWebhooks",
  tag: TAG,
  summary: "Lists the webhook endpoints",
  access: MANAGE,
  responses: {
    200: { description: "The oldest first", schema: z.object({ items: z.array(endpointSchema), nextCursor }) },
  },
  problems: [],
});

export const getWebhook = defineRoute({
  method: "GET",
  path: "/api/v2/webhooks/{webhookId}",
  operationId: "getWebhook",
  tag: TAG,
  summary: "Returns a webhook endpoint",
  access: MANAGE,
  responses: { 200: { description: "The endpoint", schema: endpointSchema } },
  problems: ["not-found"],
});

export const updateWebhook = defineRoute({
  method: "PATCH",
  path: "/api/v2/webhooks/{webhookId}",
  operationId: "updateWebhook",
  tag: TAG,
  summary: "Changes, enables or disables a webhook endpoint",
  access: MANAGE,
  audit: "webhook.update",
  body: z
    .strictObject({
      url: url.optional(),
      events: events.optional(),
      description: description.optional(),
      state: z.enum(ENDPOINT_STATES).optional(),
    })
    .refine((change) => Object.keys(change).length > 0, "must change something"),
  responses: { 200: { description: "The endpoint as it is now", schema: endpointSchema } },
  problems: ["not-found", "invalid"],
});

export const deleteWebhook = defineRoute({
  method: "DELETE",
  path: "/api/v2/webhooks/{webhookId}",
  operationId: "deleteWebhook",
  tag: TAG,
  summary: "Deletes a webhook endpoint; nothing more is sent to it",
  access: MANAGE,
  audit: "webhook.delete",
  responses: { 204: { description: "The endpoint and its secrets are deleted" } },
  problems: ["not-found"],
});

export const rotateWebhookSecret = defineRoute({
  method: "POST",
  path: "/api/v2/webhooks/{webhookId}/secret/rotate",
  operationId: "rotateWebhookSecret",
  tag: TAG,
  summary: "Creates a new secret; for a time both sign",
  access: MANAGE,
  audit: "webhook.rotate-secret",
  body: z.strictObject({
    overlapSeconds,
  }),
  bodyIsOptional: true,
  responses: {
    200: { description: "The new secret", schema: z.object({ secret, previousExpiresAt: instant }) },
  },
  problems: ["not-found"],
});

const deliverySchema = z
  .object({
    deliveryId: z.string().describe("the `webhook-id` of every attempt"),
    type: z.string(),
    state: z
      .enum(DELIVERY_STATES)
      .describe(
        "PENDING until it is DELIVERED or FAILED; HELD while the endpoint is disabled. FAILED and HELD wait for a replay",
      ),
    attempts: z.int(),
    eventAt: instant,
    nextAttemptAt: instant.nullable(),
    createdAt: instant,
    deliveredAt: instant.nullable(),
  })
  .meta({ id: "WebhookDelivery" });

const attemptSchema = z
  .object({
    attempt: z.int(),
    startedAt: instant,
    durationMs: z.int(),
    status: z.int().nullable().describe("HTTP status; null without a response"),
    error: z.string().nullable(),
    excerpt: z.string().nullable().describe("the start of the response body"),
    nextAttemptAt: instant.nullable(),
  })
  .meta({ id: "WebhookAttempt" });

export const listWebhookDeliveries = defineRoute({
  method: "GET",
  path: "/api/v2/webhooks/{webhookId}/deliveries",
  operationId: "listWebhookDeliveries",
  tag: TAG,
  summary: "Lists the events of an endpoint by pages",
  access: MANAGE,
  query: z
    .strictObject({
      state: z.enum(DELIVERY_STATES).optional(),
      from: givenInstant.optional(),
      to: givenInstant.optional(),
      limit: wholeNumber(1, 200).default(50),
      cursor: cursorParameter(deliveryCursor).optional(),
    })
    .refine(({ from, to }) => from === undefined || to === undefined || from < to, "from must be before to"),
  responses: {
    200: { description: "The newest events first", schema: z.object({ items: z.array(deliverySchema), nextCursor }) },
  },
  problems: ["not-found"],
});

export const getWebhookDelivery = defineRoute({
  method: "GET",
  path: "/api/v2/webhooks/{webhookId}/deliveries/{deliveryId}",
  operationId: "getWebhookDelivery",
  tag: TAG,
  summary: "Returns an event of an endpoint with its body and its newest 100 attempts",
  access: MANAGE,
  responses: {
    200: {
      description: "The newest attempt first",
      schema: deliverySchema
        .extend({ body: z.string().describe("the bytes that are sent"), attemptList: z.array(attemptSchema) })
        .meta({ id: "WebhookDeliveryDetail" }),
    },
  },
  problems: ["not-found"],
});

export const replayWebhookDelivery = defineRoute({
  method: "POST",
  path: "/api/v2/webhooks/{webhookId}/deliveries/{deliveryId}/replay",
  operationId: "replayWebhookDelivery",
  tag: TAG,
  summary: "Delivers an event again, whatever its state, with the same `webhook-id`",
  access: MANAGE,
  audit: "webhook.replay",
  responses: { 202: { description: "The event is delivered from the start of the retries", schema: deliverySchema } },
  problems: ["not-found", "wrong-state"],
});

export const replayWebhookDeliveries = defineRoute({
  method: "POST",
  path: "/api/v2/webhooks/{webhookId}/replay",
  operationId: "replayWebhookDeliveries",
  tag: TAG,
  summary: "Delivers the events of a time again that were not delivered, up to 1000 in a request",
  access: MANAGE,
  audit: "webhook.replay",
  body: z
    .strictObject({
      from: givenInstant,
      to: givenInstant,
      state: z
        .enum(["HELD", "FAILED", "DELIVERED"])
        .optional()
        .describe("only deliveries in this state; HELD and FAILED where it is left out"),
      cursor: cursorParameter(deliveryCursor).optional(),
    })
    .refine(({ from, to }) => from < to, "from must be before to"),
  responses: {
    202: {
      description: "Send the same body with `cursor` for the rest, until `nextCursor` is null",
      schema: z.object({ replayed: z.int(), nextCursor }),
    },
  },
  problems: ["not-found", "wrong-state"],
});
