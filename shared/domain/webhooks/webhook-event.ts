/** Every event that a webhook endpoint may receive. The names are a contract: receivers compare them. */
export const WEBHOOK_EVENT_TYPES = [
  "post.created",
  "post.published",
  "post.unpublished",
  "post.rejected",
  "post.deleted",
  "part.added",
  "part.ready",
  "part.failed",
  "part.replaced",
  "part.removed",
  "job.failed",
  "job.launch_delayed",
  "key.rotated",
  "key.rotation_failed",
  "policy.changed",
  "caption.changed",
  "session.limit_reached",
  "upload.completed",
  "upload.expired",
] as const;

export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number];

/** Ids and states, never a key, a token or the URL of a source. */
export type WebhookEvent = {
  /** The `webhook-id` of every delivery and of every attempt: receivers compare it. */
  readonly id: string;
  readonly type: WebhookEventType;
  /** Time of the event, in ms. */
  readonly at: number;
  readonly data: Readonly<Record<string, unknown>>;
};

/** Standard Webhooks recommends bodies below 20 kB. */
export const MOST_BODY_BYTES = 20_000;

/** The bytes that are signed and sent, the same in every attempt. */
export function webhookBody({ type, at, data }: Omit<WebhookEvent, "id">): string {
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
}

/** The filters by which an endpoint receives this type: its name, the names of its group, or all names. */
export function filtersOf(type: WebhookEventType): readonly string[] {
  return [type, `${groupOf(type)}.*`, "*"];
}

/** Every filter that an endpoint may have. */
export const WEBHOOK_FILTERS: readonly string[] = [
  "*",
  ...new Set(WEBHOOK_EVENT_TYPES.map((type) => `${groupOf(type)}.*`)),
  ...WEBHOOK_EVENT_TYPES,
];

function groupOf(type: string): string {
  return type.slice(0, type.indexOf("."));
}

/** A signature covers `{id}.{timestamp}.{body}`, so the id has no dot. `index` counts the events of one domain event. */
export function webhookIdOf(domainEventId: string, index: number): string {
  const id = `evt_${domainEventId.replaceAll(".", "_")}`;
  return index === 0 ? id : `${id}_${index}`;
}
