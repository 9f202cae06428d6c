import { type SQL, sql } from "drizzle-orm";
import type {
  CreatedAt,
  DeliveryPage,
  DeliveryPosition,
  DeliveryRef,
  DueDelivery,
  NewDelivery,
  PostLabels,
  ReplayRange,
  WebhookDeliveries,
} from "../../../application/ports/webhook-deliveries.ts";
import type { WebhookAttempt } from "../../../domain/webhooks/webhook-delivery.ts";
import { columnsOf, type Database, rowOf, texts } from "../database.ts";
import { webhookAttempt, webhookDelivery } from "../schema/webhooks.ts";
import { beginAttempt, finishAttempt } from "./delivery-attempts.ts";
import { deliveryOf, isOne, restart } from "./delivery-rows.ts";
import { receives } from "./receiving-endpoints.ts";

export function pgWebhookDeliveries(db: Database): WebhookDeliveries {
  return {
    isWanted: async (type) =>
      (await db.run(sql`SELECT 1 FROM webhook_endpoint WHERE ${receives(type)} LIMIT 1`)).rows.length > 0,
    labelsOf: async (videoPostId) => {
      const { rows } = await db.run(sql`SELECT metadata, passthrough FROM video_post WHERE id = ${videoPostId}`);
      return (rows[0] as PostLabels | undefined) ?? null;
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
    begin: (ref, now, leaseUntil) => beginAttempt(db, ref, now, leaseUntil),
    finish: (done) => finishAttempt(db, done),
    find: async (ref) => {
      const { rows } = await db.run(
        sql`SELECT ${columnsOf(webhookDelivery)} FROM webhook_delivery WHERE ${isOne(ref)}`,
      );
      return rows[0] === undefined ? null : deliveryOf(rows[0]);
    },
    list: (page) => list(db, page),
    attempts: (ref, limit) => attempts(db, ref, limit),
    replay: async (ref, now) => (await db.run(restart(isOne(ref), now))).changes === 1,
    replayRange: (range, now) => replayRange(db, range, now),
    deleteBefore: (time, limit) => deleteBefore(db, time, limit),
  };
}

/** One row for each endpoint that receives the event. The lock keeps the endpoint until they are stored. */
function insertDeliveries({ id, type, at, body }: NewDelivery, { now, firstAttemptAt }: CreatedAt): SQL {
  const ifEnabled = (then: SQL, otherwise: SQL) => sql`CASE state WHEN 'ENABLED' THEN ${then} ELSE ${otherwise} END`;
  return sql`INSERT INTO webhook_delivery
      (endpoint_id, event_id, type, event_at, body, state, attempts, step, next_attempt_at, wake_at, created_at)
    SELECT id, ${id}::text, ${type}::text, ${at}::bigint, ${body}::text, ${ifEnabled(sql`'PENDING'`, sql`'HELD'`)}, 0, 0,
      ${ifEnabled(sql`${firstAttemptAt}::bigint`, sql`NULL`)}, ${ifEnabled(sql`${now}::bigint`, sql`NULL`)}, ${now}::bigint
    FROM webhook_endpoint WHERE ${receives(type)} FOR KEY SHARE
    ON CONFLICT DO NOTHING`;
}

/** Rows that another call takes at the same moment are passed over. */
async function takeDue(db: Database, now: number, againMs: number, limit: number): Promise<DueDelivery[]> {
  const { rows } = await db.run(sql`WITH due AS (
      SELECT endpoint_id, event_id FROM webhook_delivery
      WHERE state = 'PENDING' AND wake_at <= ${now} ORDER BY wake_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    UPDATE webhook_delivery d SET wake_at = greatest(${now}::bigint, d.next_attempt_at) + ${againMs}::bigint
    FROM due WHERE d.endpoint_id = due.endpoint_id AND d.event_id = due.event_id
    RETURNING d.endpoint_id AS "endpointId", d.event_id AS "eventId", d.attempts + 1 AS attempt,
      d.next_attempt_at AS "nextAttemptAt"`);
  return rows as DueDelivery[];
}

async function list(db: Database, { endpointId, state, from, to, after, limit }: DeliveryPage) {
  const conditions = [
    sql`endpoint_id = ${endpointId}`,
    ...(state === null ? [] : [sql`state = ${state}`]),
    ...(from === null ? [] : [sql`event_at >= ${from}`]),
    ...(to === null ? [] : [sql`event_at < ${to}`]),
    ...(after === null ? [] : [sql`(event_at, event_id) < (${after.eventAt}, ${after.eventId})`]),
  ];
  const { rows } = await db.run(sql`SELECT ${columnsOf(webhookDelivery)} FROM webhook_delivery
    WHERE ${sql.join(conditions, sql` AND `)} ORDER BY event_at DESC, event_id DESC LIMIT ${limit}`);
  return rows.map(deliveryOf);
}

async function attempts(db: Database, ref: DeliveryRef, limit: number): Promise<readonly WebhookAttempt[]> {
  const { rows } = await db.run(sql`SELECT ${columnsOf(webhookAttempt)} FROM webhook_attempt WHERE ${isOne(ref)}
    ORDER BY attempt DESC LIMIT ${limit}`);
  return rows.map((row) => {
    const { endpointId: _, eventId: __, ...attempt } = rowOf(webhookAttempt, row);
    return attempt;
  });
}

async function replayRange(db: Database, { endpointId, states, from, to, after, limit }: ReplayRange, now: number) {
  const position = after === null ? sql`` : sql`AND (event_at, event_id) > (${after.eventAt}, ${after.eventId})`;
  const { rows } = await db.run(sql`WITH chosen AS (
      SELECT endpoint_id, event_id FROM webhook_delivery
      WHERE endpoint_id = ${endpointId} AND state = ANY(${texts(states)}) AND event_at >= ${from} AND event_at < ${to}
        ${position} ORDER BY event_at, event_id LIMIT ${limit} FOR UPDATE)
    ${restart(sql`(endpoint_id, event_id) IN (SELECT endpoint_id, event_id FROM chosen)`, now)}
    RETURNING event_at AS "eventAt", event_id AS "eventId"`);
  const replayed = rows as DeliveryPosition[];
  return replayed.toSorted((a, b) => a.eventAt - b.eventAt || (a.eventId < b.eventId ? -1 : 1));
}

async function deleteBefore(db: Database, time: number, limit: number): Promise<number> {
  const { changes } = await db.run(sql`WITH old AS (
      SELECT endpoint_id, event_id FROM webhook_delivery WHERE event_at < ${time}
      ORDER BY event_at, endpoint_id, event_id LIMIT ${limit} FOR UPDATE SKIP LOCKED),
    attempts AS (DELETE FROM webhook_attempt a USING old WHERE a.endpoint_id = old.endpoint_id AND a.event_id = old.event_id)
    DELETE FROM webhook_delivery d USING old WHERE d.endpoint_id = old.endpoint_id AND d.event_id = old.event_id`);
  return changes;
}
