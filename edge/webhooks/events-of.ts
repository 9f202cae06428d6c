import type { DomainEvent } from "../../shared/domain/events/domain-event.ts";
import { failureCodeOf } from "../../shared/domain/job/failure.ts";
import { imageUrl } from "../../shared/domain/part/image-address.ts";
import type { WebhookEventType } from "../../shared/domain/webhooks/webhook-event.ts";

/** What an event of a post means to receivers. */
export type Announced = { readonly type: WebhookEventType; readonly data: Readonly<Record<string, unknown>> };

/** The order decides the ids: what is added later is added at the end. */
export function eventsOf(event: DomainEvent): readonly Announced[] {
  switch (event.type) {
    case "VideoPostCreated":
      return [{ type: "post.created", data: { fileIndexes: event.fileIndexes } }];
    case "VideoPostPublished":
      return [{ type: "post.published", data: published(event) }];
    case "VideoPostUnpublished":
      return [{ type: "post.unpublished", data: {} }];
    case "VideoAuditRejected":
      return [{ type: "post.rejected", data: { status: "REJECTED", reason: event.reason } }];
    case "VideoPostDeleted":
      return [{ type: "post.deleted", data: { status: "DELETED" } }];
    case "VideoPartAdded":
      return [{ type: "part.added", data: { fileIndex: event.fileIndex } }];
    case "VideoPartReplaced":
      return [{ type: "part.replaced", data: { fileIndex: event.fileIndex, posterUrl: posterUrl(event) } }];
    case "VideoPartRemoved":
      return [{ type: "part.removed", data: { fileIndex: event.fileIndex } }];
    case "VideoPartReady":
      return [{ type: "part.ready", data: { fileIndex: event.fileIndex, posterUrl: posterUrl(event) } }];
    case "VideoPartKeysRotated":
      return [{ type: "key.rotated", data: { fileIndex: event.fileIndex, keyVersion: event.keyVersion } }];
    case "VideoJobFailed":
      return failures(event);
    case "VideoPoliciesChanged":
      return [{ type: "policy.changed", data: { fileIndex: event.fileIndex, policies: event.policies } }];
    case "VideoCaptionsChanged":
      return [{ type: "caption.changed", data: { fileIndex: event.fileIndex } }];
    default:
      return [];
  }
}

function failures(event: Extract<DomainEvent, { type: "VideoJobFailed" }>): readonly Announced[] {
  const { fileIndex, code, reason, jobId, kind, effect } = event;
  const failure = { fileIndex, failCode: failureCodeOf(code), reason, jobId };
  const job: Announced = { type: "job.failed", data: { ...failure, kind } };
  if (effect === "nothing") return [job];
  const type = effect === "part-failed" ? "part.failed" : "key.rotation_failed";
  return [job, { type, data: failure }];
}

function published({ videoPostId, publishedAt, posterOf }: Extract<DomainEvent, { type: "VideoPostPublished" }>) {
  const url = posterOf === undefined ? null : posterUrl({ videoPostId, ...posterOf });
  return { status: "PUBLISHED", publishedAt: timeOf(publishedAt), posterUrl: url };
}

type PosterNamed = { readonly videoPostId: string; readonly fileIndex: number; readonly poster?: string };

/** Of the poster as it was when the event was raised. */
function posterUrl({ videoPostId, fileIndex, poster }: PosterNamed): string | null {
  return poster === undefined ? null : imageUrl(videoPostId, fileIndex, poster);
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
