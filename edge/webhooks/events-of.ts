import type { DomainEvent } from "../../shared/domain/domain-event.ts";
import type { WebhookEventType } from "../../shared/domain/webhook-event.ts";

/** What an event of a post means to receivers. */
export type Announced = { readonly type: WebhookEventType; readonly data: Readonly<Record<string, unknown>> };

/** The order decides the ids: what is added later is added at the end. */
export function eventsOf(event: DomainEvent): readonly Announced[] {
  switch (event.type) {
    case "VideoPostPublished":
      return [{ type: "post.published", data: { status: "PUBLISHED", publishedAt: timeOf(event.publishedAt) } }];
    case "VideoPostUnpublished":
      return [{ type: "post.unpublished", data: {} }];
    case "VideoAuditRejected":
      return [{ type: "post.rejected", data: { status: "REJECTED", reason: event.reason } }];
    case "VideoPostDeleted":
      return [{ type: "post.deleted", data: { status: "DELETED" } }];
    default:
      return [];
  }
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
