import { type SQL, sql } from "drizzle-orm";
import type { EndpointChange, WebhookEndpoints } from "../../../application/ports/webhook-endpoints.ts";
import type { WebhookEndpoint, WebhookSecret } from "../../../domain/webhooks/webhook-endpoint.ts";
import { JOB_SECRETS } from "../../rows/attempt-start.ts";
import { lockOf } from "../advisory-locks.ts";
import { columnsOf, type Database, jsonb, rowOf, rowValues } from "../database.ts";
import { webhookEndpoint, webhookSecret } from "../schema/webhooks.ts";

export function pgWebhookEndpoints(db: Database): WebhookEndpoints {
  const endpoints = async (condition: SQL) => {
    const { rows } = await db.run(sql`SELECT ${columnsOf(webhookEndpoint)} FROM webhook_endpoint ${condition}`);
    return rows.map((row) => rowOf(webhookEndpoint, row));
  };
  return {
    create: (made, first, most) => create(db, made, first, most),
    find: async (id) => (await endpoints(sql`WHERE id = ${id}`))[0] ?? null,
    list: () => endpoints(sql`ORDER BY created_at, id`),
    update: (id, change, now) => update(db, id, change, now),
    delete: (id) => remove(db, id),
    rotateSecret: (id, made, oldExpiresAt) => rotate(db, ofEndpoint(id), insertSecret(id, made), oldExpiresAt),
    rotateJobSecret: async (made, oldExpiresAt) => {
      const insert = sql`INSERT INTO webhook_secret ${rowValues(webhookSecret, { ...made, endpointId: JOB_SECRETS })}`;
      await rotate(db, sql`endpoint_id = ${JOB_SECRETS}`, insert, oldExpiresAt);
    },
    hasJobSecret: async () =>
      (await db.run(sql`SELECT 1 FROM webhook_secret WHERE endpoint_id = ${JOB_SECRETS} LIMIT 1`)).rows.length > 0,
    deleteExpiredSecrets: async (now) => {
      await db.run(sql`DELETE FROM webhook_secret WHERE expires_at <= ${now}`);
    },
  };
}

/** The lock makes the count hold until the commit. */
async function create(db: Database, made: WebhookEndpoint, first: WebhookSecret, most: number): Promise<boolean> {
  const { id, url, events, description, state, createdBy, createdAt, updatedAt } = made;
  const [, inserted] = await db.batch([
    lockOf("webhook-endpoints"),
    sql`INSERT INTO webhook_endpoint (id, url, events, description, state, created_by, created_at, updated_at)
      SELECT ${id}::text, ${url}::text, ${jsonb(events)}, ${description}::text, ${state}::text, ${createdBy}::text,
        ${createdAt}::bigint, ${updatedAt}::bigint
      WHERE (SELECT count(*) FROM webhook_endpoint) < ${most}::bigint`,
    insertSecret(id, first),
  ]);
  return inserted?.changes === 1;
}

/** Nothing without its endpoint. */
function insertSecret(endpointId: string, { id, wrappedSecret, kekId, createdAt, expiresAt }: WebhookSecret): SQL {
  return sql`INSERT INTO webhook_secret (id, endpoint_id, wrapped_secret, kek_id, created_at, expires_at)
    SELECT ${id}::text, e.id, ${wrappedSecret}::text, ${kekId}::text, ${createdAt}::bigint, ${expiresAt}::bigint
    FROM webhook_endpoint e WHERE e.id = ${endpointId}`;
}

async function update(db: Database, id: string, change: EndpointChange, now: number): Promise<WebhookEndpoint | null> {
  const { rows } = await db.run(sql`UPDATE webhook_endpoint SET ${sql.join(settersOf(change, now), sql`, `)}
    WHERE id = ${id} RETURNING ${columnsOf(webhookEndpoint)}`);
  return rows[0] === undefined ? null : rowOf(webhookEndpoint, rows[0]);
}

function settersOf({ url, events, description, enabled, reason }: EndpointChange, now: number): SQL[] {
  const keep = (column: SQL, isDisabled: SQL) =>
    sql`CASE WHEN state = 'DISABLED' THEN ${column} ELSE ${isDisabled} END`;
  return [
    sql`updated_at = ${now}`,
    ...(url === undefined ? [] : [sql`url = ${url}`]),
    ...(events === undefined ? [] : [sql`events = ${jsonb(events)}`]),
    ...(description === undefined ? [] : [sql`description = ${description}`]),
    ...(enabled === true ? [sql`state = 'ENABLED', disabled_reason = NULL, disabled_at = NULL`] : []),
    ...(enabled === false
      ? [
          sql`state = 'DISABLED'`,
          sql`disabled_reason = ${keep(sql`disabled_reason`, sql`${reason ?? "REQUESTED"}::text`)}`,
          sql`disabled_at = ${keep(sql`disabled_at`, sql`${now}::bigint`)}`,
        ]
      : []),
  ];
}

/** Locks the endpoint first: a delivery that is stored at this moment is stored before it or not at all. */
async function remove(db: Database, id: string): Promise<boolean> {
  const [, , , , deleted] = await db.batch([
    lockOf("webhook-endpoints"),
    sql`SELECT 1 FROM webhook_endpoint WHERE id = ${id} FOR UPDATE`,
    sql`DELETE FROM webhook_secret WHERE ${ofEndpoint(id)}`,
    sql`UPDATE webhook_delivery SET state = 'HELD', next_attempt_at = NULL, wake_at = NULL
      WHERE ${ofEndpoint(id)} AND state = 'PENDING'`,
    sql`DELETE FROM webhook_endpoint WHERE id = ${id}`,
  ]);
  return deleted?.changes === 1;
}

/** Of an endpoint that is there: what encoder jobs have beside the endpoints has names of other kinds. */
const ofEndpoint = (id: string) =>
  sql`endpoint_id = ${id} AND EXISTS (SELECT 1 FROM webhook_endpoint WHERE webhook_endpoint.id = ${id})`;

/** Each of them signs every request. */
const MOST_SECRETS = 4;

/** The lock makes a rotation see the secret of the one before. */
async function rotate(db: Database, its: SQL, insert: SQL, oldExpiresAt: number): Promise<boolean> {
  const [, , inserted] = await db.batch([
    lockOf("webhook-endpoints"),
    sql`UPDATE webhook_secret SET expires_at = least(coalesce(expires_at, ${oldExpiresAt}), ${oldExpiresAt}) WHERE ${its}`,
    insert,
    sql`DELETE FROM webhook_secret WHERE id IN (SELECT id FROM webhook_secret WHERE ${its}
      ORDER BY expires_at IS NOT NULL, created_at DESC, id DESC OFFSET ${MOST_SECRETS})`,
  ]);
  return inserted?.changes === 1;
}
