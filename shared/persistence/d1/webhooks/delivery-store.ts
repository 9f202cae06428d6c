import { and, desc, eq, getTableColumns, gte, lt, type SQL, sql } from "drizzle-orm";
import type {
  AttemptStart,
  CreatedAt,
  DeliveryPage,
  DeliveryPosition,
  DeliveryRef,
  DueDelivery,
  FinishedAttempt,
  NewDelivery,
  ReplayRange,
  WebhookDeliveries,
} from "../../../application/ports/webhook-deliveries.ts";
import { readEncoderJobName } from "../../../domain/encoder/encoder-job.ts";
import { attemptStart, JOB_SECRETS } from "../../rows/attempt-start.ts";
import { batched, type Database } from "../database.ts";
import { encoderJob } from "../schema/encoder.ts";
import { videoPost } from "../schema/video-post.ts";
import {
  webhookAttempt as attempt,
  webhookDelivery as delivery,
  webhookEndpoint as endpoint,
  webhookSecret as secret,
} from "../schema/webhooks.ts";
import { receives } from "./receiving-endpoints.ts";

export function d1WebhookDeliveries(db: Database): WebhookDeliveries {
  return {
    isWanted: async (type) =>
      (await db.all(sql`SELECT 1 FROM webhook_endpoint WHERE ${receives(type)} LIMIT 1`)).length > 0,
    labelsOf: async (videoPostId) => {
      const { metadata, passthrough } = videoPost;
      const labels = await db
        .select({ metadata, passthrough })
        .from(videoPost)
        .where(eq(videoPost.id, videoPostId))
        .get();
      return labels ?? null;
    },
    create: async (event, at) => {
      await db.run(insertDeliveries(event, at));
    },
    createForJob: async (jobName, { id, type, at: eventAt, body }, { now, firstAttemptAt }) => {
      await db.run(sql`INSERT INTO webhook_delivery
          (endpoint_id, event_id, type, event_at, body, state, attempts, step, next_attempt_at, wake_at, created_at)
        VALUES (${jobName}, ${id}, ${type}, ${eventAt}, ${body}, 'PENDING', 0, 0, ${firstAttemptAt}, ${now}, ${now})
        ON CONFLICT DO NOTHING`);
    },
    takeDue: (now, againMs, limit) => takeDue(db, now, againMs, limit),
    begin: (ref, now, leaseUntil) => begin(db, ref, now, leaseUntil),
    finish: (done) => finish(db, done),
    find: async (ref) => (await db.select(COLUMNS).from(delivery).where(isOne(ref)).get()) ?? null,
    list: (page) => list(db, page),
    attempts: ({ endpointId, eventId }, limit) =>
      db
        .select(ATTEMPT_COLUMNS)
        .from(attempt)
        .where(and(eq(attempt.endpointId, endpointId), eq(attempt.eventId, eventId)))
        .orderBy(desc(attempt.attempt))
        .limit(limit),
    replay: async ({ endpointId, eventId }, now) => {
      const one = sql`endpoint_id = ${endpointId} AND event_id = ${eventId}`;
      return (await db.run(restart(one, now))).meta.changes === 1;
    },
    replayRange: (range, now) => replayRange(db, range, now),
    deleteBefore: (time, limit) => deleteBefore(db, time, limit),
  };
}

const { wakeAt: _, ...COLUMNS } = getTableColumns(delivery);
const { endpointId: __, eventId: ___, ...ATTEMPT_COLUMNS } = getTableColumns(attempt);

const isOne = ({ endpointId, eventId }: DeliveryRef) =>
  and(eq(delivery.endpointId, endpointId), eq(delivery.eventId, eventId));

/** One row for each endpoint that receives the event, in a statement that also fits into another's batch. */
export function insertDeliveries({ id, type, at, body }: NewDelivery, { now, firstAttemptAt }: CreatedAt): SQL {
  return sql`INSERT INTO webhook_delivery
      (endpoint_id, event_id, type, event_at, body, state, attempts, step, next_attempt_at, wake_at, created_at)
    SELECT id, ${id}, ${type}, ${at}, ${body}, iif(state = 'ENABLED', 'PENDING', 'HELD'), 0, 0,
      iif(state = 'ENABLED', ${firstAttemptAt}, NULL), iif(state = 'ENABLED', ${now}, NULL), ${now}
    FROM webhook_endpoint WHERE ${receives(type)}
    ON CONFLICT DO NOTHING`;
}

function takeDue(db: Database, now: number, againMs: number, limit: number): Promise<DueDelivery[]> {
  return db.all<DueDelivery>(sql`UPDATE webhook_delivery SET wake_at = max(${now}, next_attempt_at) + ${againMs}
    WHERE (endpoint_id, event_id) IN (SELECT endpoint_id, event_id FROM webhook_delivery INDEXED BY webhook_delivery_wake
      WHERE state = 'PENDING' AND wake_at <= ${now} ORDER BY wake_at LIMIT ${limit})
    RETURNING endpoint_id AS endpointId, event_id AS eventId, attempts + 1 AS attempt, next_attempt_at AS nextAttemptAt`);
}

async function begin(db: Database, ref: DueDelivery, now: number, leaseUntil: number): Promise<AttemptStart> {
  const { endpointId, eventId } = ref;
  const jobId = readEncoderJobName(endpointId);
  const one = sql`endpoint_id = ${endpointId} AND event_id = ${eventId} AND state = 'PENDING'`;
  const isEnabled = sql`EXISTS (SELECT 1 FROM webhook_endpoint e WHERE e.id = endpoint_id AND e.state = 'ENABLED')`;
  const [, started, found, endpoints, secrets] = await db.batch([
    batched(
      db,
      sql`UPDATE webhook_delivery SET state = 'HELD', next_attempt_at = NULL, wake_at = NULL
      WHERE ${one} AND ${jobId === null ? 1 : 0} = 1 AND NOT ${isEnabled}`,
    ),
    batched(
      db,
      sql`UPDATE webhook_delivery SET attempts = attempts + 1, step = step + 1, next_attempt_at = ${leaseUntil},
        wake_at = ${leaseUntil}
      WHERE ${one} AND attempts = ${ref.attempt - 1} AND next_attempt_at <= ${now}`,
    ),
    db.select(COLUMNS).from(delivery).where(isOne(ref)),
    jobId === null
      ? db.select({ url: endpoint.url }).from(endpoint).where(eq(endpoint.id, endpointId))
      : db.select({ url: encoderJob.webhookUrl }).from(encoderJob).where(eq(encoderJob.jobId, jobId)),
    db
      .select({
        ...{ id: secret.id, wrappedSecret: secret.wrappedSecret, kekId: secret.kekId },
        ...{ createdAt: secret.createdAt, expiresAt: secret.expiresAt },
      })
      .from(secret)
      .where(
        sql`${secret.endpointId} = ${jobId === null ? endpointId : JOB_SECRETS} AND (expires_at IS NULL OR expires_at > ${now})`,
      )
      .orderBy(sql`expires_at IS NOT NULL`, desc(secret.createdAt)),
  ]);
  return attemptStart(ref, {
    isStarted: started.meta.changes === 1,
    delivery: found[0],
    url: endpoints[0]?.url,
    secrets,
  });
}

async function finish(db: Database, { endpointId, eventId, attempt: done, after, url, wakeAt }: FinishedAttempt) {
  const ended = done.startedAt + done.durationMs;
  const deliveredAt = after.state === "DELIVERED" ? ended : null;
  // The 410 came from an earlier URL of the endpoint.
  const isGoneElsewhere = sql`${after.isGone ? 1 : 0} = 1 AND endpoint_id = ${endpointId} AND event_id = ${eventId}
    AND EXISTS (SELECT 1 FROM webhook_endpoint e WHERE e.id = endpoint_id AND e.state = 'ENABLED' AND e.url <> ${url})`;
  // A replay since the start of the attempt has set the step to 0.
  const isCurrent = sql`(attempts = ${done.attempt} AND state = 'PENDING' AND step > 0 OR ${after.state} = 'DELIVERED')`;
  await db.batch([
    db
      .insert(attempt)
      .values({ endpointId, eventId, ...done })
      .onConflictDoNothing(),
    batched(
      db,
      sql`UPDATE webhook_delivery SET state = ${after.state}, next_attempt_at = ${after.nextAttemptAt},
        wake_at = ${wakeAt}, delivered_at = coalesce(${deliveredAt}, delivered_at)
      WHERE endpoint_id = ${endpointId} AND event_id = ${eventId} AND ${isCurrent}`,
    ),
    batched(
      db,
      sql`UPDATE webhook_endpoint SET state = 'DISABLED', disabled_reason = 'GONE', disabled_at = ${done.startedAt}
      WHERE ${after.isGone ? 1 : 0} = 1 AND id = ${endpointId} AND url = ${url} AND state = 'ENABLED'`,
    ),
    batched(db, sql`${restart(sql`${isGoneElsewhere} AND attempts = ${done.attempt} AND state = 'HELD'`, ended)}`),
  ]);
}

function list(db: Database, { endpointId, state, from, to, after, limit }: DeliveryPage) {
  const position =
    after === null ? undefined : sql`(${delivery.eventAt}, ${delivery.eventId}) < (${after.eventAt}, ${after.eventId})`;
  return db
    .select(COLUMNS)
    .from(delivery)
    .where(
      and(
        eq(delivery.endpointId, endpointId),
        state === null ? undefined : eq(delivery.state, state),
        from === null ? undefined : gte(delivery.eventAt, from),
        to === null ? undefined : lt(delivery.eventAt, to),
        position,
      ),
    )
    .orderBy(desc(delivery.eventAt), desc(delivery.eventId))
    .limit(limit);
}

/** `attempts` stays, so that a message of an earlier round starts nothing twice. */
function restart(which: SQL, now: number): SQL {
  return sql`UPDATE webhook_delivery SET state = 'PENDING', step = 0, next_attempt_at = ${now}, wake_at = ${now}
    WHERE ${which}`;
}

async function replayRange(db: Database, { endpointId, states, from, to, after, limit }: ReplayRange, now: number) {
  const position = after === null ? sql`` : sql`AND (event_at, event_id) > (${after.eventAt}, ${after.eventId})`;
  const which = sql`(endpoint_id, event_id) IN (SELECT endpoint_id, event_id FROM webhook_delivery
    WHERE endpoint_id = ${endpointId} AND state IN (SELECT value FROM json_each(${JSON.stringify(states)}))
      AND event_at >= ${from} AND event_at < ${to} ${position} ORDER BY event_at, event_id LIMIT ${limit})`;
  const replayed = await db.all<DeliveryPosition>(
    sql`${restart(which, now)} RETURNING event_at AS eventAt, event_id AS eventId`,
  );
  return replayed.toSorted((a, b) => a.eventAt - b.eventAt || (a.eventId < b.eventId ? -1 : 1));
}

async function deleteBefore(db: Database, time: number, limit: number): Promise<number> {
  const old = sql`SELECT endpoint_id, event_id FROM webhook_delivery INDEXED BY webhook_delivery_age
    WHERE event_at < ${time} ORDER BY event_at, endpoint_id, event_id LIMIT ${limit}`;
  const [, deleted] = await db.batch([
    batched(db, sql`DELETE FROM webhook_attempt WHERE (endpoint_id, event_id) IN (${old})`),
    batched(db, sql`DELETE FROM webhook_delivery WHERE (endpoint_id, event_id) IN (${old})`),
  ]);
  return deleted.meta.changes;
}
