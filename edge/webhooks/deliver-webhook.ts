import type { AttemptStart, DueDelivery } from "../../shared/application/ports/webhook-deliveries.ts";
import { webhookAddressProblem } from "../../shared/domain/webhooks/webhook-address.ts";
import { type AttemptResult, afterAttempt } from "../../shared/domain/webhooks/webhook-delivery.ts";
import type { Context } from "../context.ts";
import { logError } from "../log/log.ts";
import type { DeliverWebhookMessage } from "../queues/messages.ts";
import { LONGEST_RETRY_SECONDS, type Received } from "../queues/received.ts";
import { MESSAGE_LOST_MS, queueAttempt } from "./queue-deliveries.ts";
import { sendWebhook } from "./send-webhook.ts";
import { signedHeaders } from "./sign-webhook.ts";
import { unwrapWebhookSecret } from "./webhook-secret.ts";

type Deps = Pick<Context, "env" | "now" | "random" | "settings" | "vault" | "webhookDeliveries" | "sendRequest">;
type Attempt = Extract<AttemptStart, { kind: "started" }>;

/** Beyond the timeout of a request: what the database needs before and after it. */
const LEASE_MARGIN_MS = 60_000;
const FIRST_RETRY_SECONDS = 30;

/** All messages of a batch at once: an endpoint that does not respond delays no other. */
export async function deliverWebhooks(received: readonly Received<DeliverWebhookMessage>[], deps: Deps): Promise<void> {
  await Promise.all(
    received.map(async ({ message, body }) => {
      try {
        await deliverWebhook(deps, body);
        message.ack();
      } catch (error) {
        logError("webhooks", error, { message: body });
        message.retry({ delaySeconds: Math.min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * message.attempts) });
      }
    }),
  );
}

/** One attempt, if it is due and no other message has started it. */
async function deliverWebhook(deps: Deps, { endpointId, eventId, attempt }: DeliverWebhookMessage): Promise<void> {
  const { now, settings, webhookDeliveries } = deps;
  const startedAt = now();
  const due: DueDelivery = { endpointId, eventId, attempt, nextAttemptAt: startedAt };
  const leaseUntil = startedAt + settings.WEBHOOK_TIMEOUT_SECONDS * 1000 + LEASE_MARGIN_MS;
  const started = await webhookDeliveries.begin(due, startedAt, leaseUntil);
  if (started.kind === "early") return queueAttempt(deps, { ...due, nextAttemptAt: started.nextAttemptAt });
  if (started.kind === "nothing") return;
  const { retryAfterSeconds, ...result } = await send(deps, started, startedAt);
  const ended = now();
  const { step } = started.delivery;
  const after = afterAttempt(
    { ...result, retryAfterSeconds },
    step,
    settings.WEBHOOK_RETRY_SECONDS,
    deps.random(),
    ended,
  );
  const { nextAttemptAt } = after;
  await webhookDeliveries.finish({
    ...{ endpointId, eventId, after, url: started.url },
    attempt: { attempt, startedAt, durationMs: ended - startedAt, nextAttemptAt, ...result },
    wakeAt: nextAttemptAt === null ? null : nextAttemptAt + MESSAGE_LOST_MS,
  });
  if (nextAttemptAt !== null) await queueAttempt(deps, { ...due, attempt: attempt + 1, nextAttemptAt });
}

async function send(
  { sendRequest, settings, vault }: Deps,
  { delivery, url, secrets }: Attempt,
  now: number,
): Promise<AttemptResult> {
  // Also here: the setting may have changed since the endpoint was stored.
  const problem = webhookAddressProblem(url, settings.WEBHOOK_ADDRESSES);
  if (problem !== null) return notSent(`the URL ${problem}`);
  const texts = await Promise.all(secrets.map((secret) => unwrapWebhookSecret(vault, secret))).catch(
    (error: unknown) => {
      logError("webhooks", error, { endpointId: delivery.endpointId });
      return null;
    },
  );
  // A throw would start an attempt after each lease, without end and without a record.
  if (texts === null) return notSent("the signing secret cannot be decrypted; rotate it");
  const headers = await signedHeaders({ id: delivery.eventId, body: delivery.body }, texts, now);
  const signal = AbortSignal.timeout(settings.WEBHOOK_TIMEOUT_SECONDS * 1000);
  return sendWebhook(sendRequest, { url, body: delivery.body, headers }, signal, now);
}

function notSent(error: string): AttemptResult {
  return { status: null, error, excerpt: null, retryAfterSeconds: null };
}
