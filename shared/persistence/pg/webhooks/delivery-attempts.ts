import { sql } from "drizzle-orm";
import type { DueDelivery, FinishedAttempt } from "../../../application/ports/webhook-deliveries.ts";
import { readEncoderJobName } from "../../../domain/encoder/encoder-job.ts";
import type { WebhookSecret } from "../../../domain/webhooks/webhook-endpoint.ts";
import { attemptStart, JOB_SECRETS } from "../../rows/attempt-start.ts";
import { columnsOf, type Database, rowValues } from "../database.ts";
import { webhookAttempt, webhookDelivery } from "../schema/webhooks.ts";
import { deliveryOf, isOne, restart } from "./delivery-rows.ts";

/** Of two calls at once the second waits for the row and then no longer matches the condition. */
export async function beginAttempt(db: Database, ref: DueDelivery, now: number, leaseUntil: number) {
  const { endpointId } = ref;
  const jobId = readEncoderJobName(endpointId);
  const isPending = sql`${isOne(ref)} AND state = 'PENDING'`;
  const isEnabled = sql`EXISTS (SELECT 1 FROM webhook_endpoint e WHERE e.id = endpoint_id AND e.state = 'ENABLED')`;
  const holdUnlessEnabled = sql`UPDATE webhook_delivery SET state = 'HELD', next_attempt_at = NULL, wake_at = NULL
    WHERE ${isPending} AND NOT ${isEnabled}`;
  const [started, found, endpoints, secrets] = (
    await db.batch([
      ...(jobId === null ? [holdUnlessEnabled] : []),
      sql`UPDATE webhook_delivery SET attempts = attempts + 1, step = step + 1, next_attempt_at = ${leaseUntil},
          wake_at = ${leaseUntil}
        WHERE ${isPending} AND attempts = ${ref.attempt - 1} AND next_attempt_at <= ${now}`,
      sql`SELECT ${columnsOf(webhookDelivery)} FROM webhook_delivery WHERE ${isOne(ref)}`,
      jobId === null
        ? sql`SELECT url FROM webhook_endpoint WHERE id = ${endpointId}`
        : sql`SELECT webhook_url AS url FROM encoder_job WHERE job_id = ${jobId}`,
      sql`SELECT id, wrapped_secret AS "wrappedSecret", kek_id AS "kekId", created_at AS "createdAt",
          expires_at AS "expiresAt"
        FROM webhook_secret WHERE endpoint_id = ${jobId === null ? endpointId : JOB_SECRETS}
          AND (expires_at IS NULL OR expires_at > ${now})
        ORDER BY expires_at IS NOT NULL, created_at DESC`,
    ])
  ).slice(-4);
  const [row] = found?.rows ?? [];
  return attemptStart(ref, {
    isStarted: started?.changes === 1,
    delivery: row && deliveryOf(row),
    url: endpoints?.rows[0]?.url as string | null | undefined,
    secrets: (secrets?.rows ?? []) as WebhookSecret[],
  });
}

/** The endpoint is locked before the delivery, as by its deletion. */
export async function finishAttempt(db: Database, done: FinishedAttempt): Promise<void> {
  const { endpointId, eventId, attempt, after, url, wakeAt } = done;
  const ended = attempt.startedAt + attempt.durationMs;
  const deliveredAt = after.state === "DELIVERED" ? ended : null;
  // A replay since the start of the attempt has set the step to 0.
  const isCurrent = sql`(attempts = ${attempt.attempt} AND state = 'PENDING' AND step > 0
    OR ${after.state}::text = 'DELIVERED')`;
  // The 410 came from an earlier URL of the endpoint.
  const isGoneElsewhere = sql`${isOne(done)} AND attempts = ${attempt.attempt} AND state = 'HELD'
    AND EXISTS (SELECT 1 FROM webhook_endpoint e WHERE e.id = endpoint_id AND e.state = 'ENABLED' AND e.url <> ${url})`;
  const disable = sql`UPDATE webhook_endpoint
    SET state = 'DISABLED', disabled_reason = 'GONE', disabled_at = ${attempt.startedAt}
    WHERE id = ${endpointId} AND url = ${url} AND state = 'ENABLED'`;
  await db.batch([
    ...(after.isGone ? [disable] : []),
    sql`INSERT INTO webhook_attempt ${rowValues(webhookAttempt, { endpointId, eventId, ...attempt })} ON CONFLICT DO NOTHING`,
    sql`UPDATE webhook_delivery SET state = ${after.state}, next_attempt_at = ${after.nextAttemptAt}, wake_at = ${wakeAt},
        delivered_at = coalesce(${deliveredAt}, delivered_at)
      WHERE ${isOne(done)} AND ${isCurrent}`,
    ...(after.isGone ? [restart(isGoneElsewhere, ended)] : []),
  ]);
}
