import type { EncoderWebhook } from "../../domain/encoder/encoder-job.ts";
import type { PostMetadata } from "../../domain/post/post-metadata.ts";
import type {
  AfterAttempt,
  DeliveryState,
  WebhookAttempt,
  WebhookDelivery,
} from "../../domain/webhooks/webhook-delivery.ts";
import type { WebhookSecret } from "../../domain/webhooks/webhook-endpoint.ts";
import type { WebhookEventType } from "../../domain/webhooks/webhook-event.ts";

/**
 * Events on their way to endpoints, one row for each event and endpoint. The rows decide; queue messages only wake them
 * up, and a row whose message was lost becomes due again.
 */
export interface WebhookDeliveries {
  /** Whether an endpoint, enabled or not, receives this type. */
  isWanted(type: WebhookEventType): Promise<boolean>;
  /** What the site has attached to a post; null when there is no such post. */
  labelsOf(videoPostId: string): Promise<PostLabels | null>;
  /** One row for each endpoint that receives the type, HELD where it is disabled. A repetition changes nothing. */
  create(event: NewDelivery, at: CreatedAt): Promise<void>;
  /** One row for the `webhookUrl` of an encoder job. A repetition changes nothing. */
  createForJob(jobName: string, event: JobDelivery, at: CreatedAt): Promise<void>;
  /** Takes up to `limit` rows that are to be woken up; none is due again before `again`, or `again` after its attempt. */
  takeDue(now: number, againMs: number, limit: number): Promise<readonly DueDelivery[]>;
  /** Starts attempt number `attempt`, which no other call starts. Held if the endpoint is disabled. */
  begin(ref: DueDelivery, now: number, leaseUntil: number): Promise<AttemptStart>;
  /**
   * Records an attempt and what follows. The state changes unless a later attempt or a replay has started; a success
   * always counts.
   */
  finish(done: FinishedAttempt): Promise<void>;
  find(ref: DeliveryRef): Promise<WebhookDelivery | null>;
  /** The newest first. */
  list(page: DeliveryPage): Promise<readonly WebhookDelivery[]>;
  /** The newest `limit` first. */
  attempts(ref: DeliveryRef, limit: number): Promise<readonly WebhookAttempt[]>;
  /** Makes a delivery PENDING from the start of the ladder. False when it is not there. */
  replay(ref: DeliveryRef, now: number): Promise<boolean>;
  /** The same for up to `limit` deliveries of a range, the oldest first. Returns where they are, in this order. */
  replayRange(range: ReplayRange, now: number): Promise<readonly DeliveryPosition[]>;
  /** Deletes up to `limit` deliveries of events before a time, with their attempts. Returns how many. */
  deleteBefore(time: number, limit: number): Promise<number>;
}

export type PostLabels = { readonly metadata: PostMetadata; readonly passthrough: string | null };

/** `endpointId` is the name of an encoder job where the event goes to its `webhookUrl`. */
export type DeliveryRef = { readonly endpointId: string; readonly eventId: string };

export type NewDelivery = {
  readonly id: string;
  readonly type: WebhookEventType;
  readonly at: number;
  readonly body: string;
};

export type JobDelivery = Omit<NewDelivery, "type"> & { readonly type: EncoderWebhook };

export type CreatedAt = { readonly now: number; readonly firstAttemptAt: number };

export type DueDelivery = DeliveryRef & {
  /** The number of the attempt to start. */
  readonly attempt: number;
  readonly nextAttemptAt: number;
};

export type AttemptStart =
  | {
      readonly kind: "started";
      readonly delivery: WebhookDelivery;
      readonly url: string;
      /** The current one first. */
      readonly secrets: readonly WebhookSecret[];
    }
  | { readonly kind: "early"; readonly nextAttemptAt: number }
  /** The attempt was started before, or the delivery has ended. */
  | { readonly kind: "nothing" };

export type FinishedAttempt = DeliveryRef & {
  readonly attempt: WebhookAttempt;
  readonly after: AfterAttempt;
  /** Where the attempt was sent: an endpoint that has another URL by now is not disabled by 410, and the delivery starts again. */
  readonly url: string;
  /** When a lost queue message is replaced; null unless another attempt follows. */
  readonly wakeAt: number | null;
};

export type DeliveryPage = {
  readonly endpointId: string;
  readonly state: DeliveryState | null;
  /** Of the events, in ms: from inclusive, to exclusive. */
  readonly from: number | null;
  readonly to: number | null;
  readonly after: DeliveryPosition | null;
  readonly limit: number;
};

export type DeliveryPosition = { readonly eventAt: number; readonly eventId: string };

export type ReplayRange = {
  readonly endpointId: string;
  readonly states: readonly DeliveryState[];
  readonly from: number;
  readonly to: number;
  readonly after: DeliveryPosition | null;
  readonly limit: number;
};
