import type { AttemptStart, DueDelivery } from "../../application/ports/webhook-deliveries.ts";
import type { WebhookDelivery } from "../../domain/webhooks/webhook-delivery.ts";
import type { WebhookSecret } from "../../domain/webhooks/webhook-endpoint.ts";

/** In the place of an endpoint's id: the secrets of what encoder jobs send. */
export const JOB_SECRETS = "encoder-jobs";

/** What an attempt at starting has met: the delivery as it stands afterwards, and where it goes. */
export type AttemptRows = {
  readonly isStarted: boolean;
  readonly delivery: WebhookDelivery | undefined;
  /** Undefined without an endpoint, null for an encoder job without a `webhookUrl`. */
  readonly url: string | null | undefined;
  readonly secrets: readonly WebhookSecret[];
};

export function attemptStart(ref: DueDelivery, { isStarted, delivery, url, secrets }: AttemptRows): AttemptStart {
  if (delivery?.state !== "PENDING" || url === undefined || url === null) return { kind: "nothing" };
  if (isStarted) return { kind: "started", delivery, url, secrets };
  const { attempts, nextAttemptAt } = delivery;
  return attempts === ref.attempt - 1 && nextAttemptAt !== null
    ? { kind: "early", nextAttemptAt }
    : { kind: "nothing" };
}
