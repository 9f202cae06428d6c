import type { PostLabels } from "../../shared/application/ports/webhook-deliveries.ts";
import type { DomainEvent } from "../../shared/domain/events/domain-event.ts";
import { type WebhookEvent, webhookBody, webhookIdOf } from "../../shared/domain/webhooks/webhook-event.ts";
import type { Context } from "../context.ts";
import { eventTimes } from "./event-times.ts";
import { eventsOf } from "./events-of.ts";

export type AnnounceDeps = Pick<Context, "webhookDeliveries" | "settings" | "now">;

/** Of a post whose row is gone. */
const NO_LABELS: PostLabels = { metadata: {}, passthrough: null };

/** Stores the deliveries of an event of a post. A repetition finds them stored, whatever the post has become. */
export async function announceEvent(event: DomainEvent, deps: AnnounceDeps): Promise<void> {
  for (const [index, { type, data }] of eventsOf(event).entries()) {
    if (!(await deps.webhookDeliveries.isWanted(type))) continue;
    const { videoPostId, version, at, id } = event;
    const labels = (await deps.webhookDeliveries.labelsOf(videoPostId)) ?? NO_LABELS;
    await announce({ id: webhookIdOf(id, index), type, at, data: { videoPostId, version, ...labels, ...data } }, deps);
  }
}

/** Stores one delivery of an event for each endpoint that receives its type. */
export async function announce(event: WebhookEvent, deps: AnnounceDeps): Promise<void> {
  const { id, type, at } = event;
  await deps.webhookDeliveries.create({ id, type, at, body: webhookBody(event) }, eventTimes(deps));
}
