import * as z from "zod";
import type { AuditEvent } from "../../shared/domain/access/audit-event.ts";

const deleteObjects = z.object({
  kind: z.literal("delete-objects"),
  bucket: z.enum(["SOURCE", "PLAYBACK"]),
  prefix: z.string(),
});

const deleteJobObjects = z.object({
  kind: z.literal("delete-job-objects"),
  bucket: z.enum(["SOURCE", "PLAYBACK"]),
  folder: z.string().endsWith("/"),
  transcodeJobId: z.string().min(1),
});

const deleteReplaced = z.object({
  kind: z.literal("delete-replaced"),
  replaced: z.string(),
  notBefore: z.number(),
});

const auditEvent = z.object({
  kind: z.literal("audit-event"),
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

const deliverWebhook = z.object({
  kind: z.literal("deliver-webhook"),
  endpointId: z.string(),
  eventId: z.string(),
  attempt: z.int().positive(),
});

/** The bindings of the queues. */
export const QUEUES = ["DELETE_OBJECTS", "AUDIT_EVENTS", "WEBHOOKS"] as const;
export type QueueBinding = (typeof QUEUES)[number];

const probe = z.object({ kind: z.literal("probe"), queue: z.enum(QUEUES) });

const messageSchema = z.discriminatedUnion("kind", [
  probe,
  deleteObjects,
  deleteJobObjects,
  deleteReplaced,
  auditEvent,
  deliverWebhook,
]);

/** Deletes everything under a prefix, in as many requests as needed. */
export type DeleteObjectsMessage = Readonly<z.infer<typeof deleteObjects>>;

/** Deletes what belongs to one transcode job below its folder. */
export type DeleteJobObjectsMessage = Readonly<z.infer<typeof deleteJobObjects>>;

/** Deletes a replaced version, not before a time in ms, if no pointer names it and no key of it is valid. */
export type DeleteReplacedMessage = Readonly<z.infer<typeof deleteReplaced>>;

/** Starts one attempt, unless it has been started before. The database has everything else. */
export type DeliverWebhookMessage = Readonly<z.infer<typeof deliverWebhook>>;

/** Shows that the consumer of a queue runs. */
export type ProbeMessage = Readonly<z.infer<typeof probe>>;

export type DeletionMessage = DeleteObjectsMessage | DeleteJobObjectsMessage | DeleteReplacedMessage;
export type AuditEventMessage = AuditEvent & { readonly kind: "audit-event" };
export type QueueMessage = ProbeMessage | DeletionMessage | AuditEventMessage | DeliverWebhookMessage;

/** Null for a message that this release cannot read. */
export function readMessage(body: unknown): QueueMessage | null {
  const parsed = messageSchema.safeParse(tagged(body));
  return parsed.success ? parsed.data : null;
}

/** Messages of earlier releases have no `kind`; their fields identify them. */
function tagged(body: unknown): unknown {
  if (typeof body !== "object" || body === null || "kind" in body) return body;
  if ("replaced" in body) return { ...body, kind: "delete-replaced" };
  return { ...body, kind: "bucket" in body ? "delete-objects" : "audit-event" };
}
