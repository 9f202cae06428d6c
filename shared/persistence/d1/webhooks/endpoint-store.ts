import { asc, eq, type SQL, sql } from "drizzle-orm";
import type { EndpointChange, WebhookEndpoints } from "../../../application/ports/webhook-endpoints.ts";
import type { WebhookEndpoint, WebhookSecret } from "../../../domain/webhooks/webhook-endpoint.ts";
import { JOB_SECRETS } from "../../rows/attempt-start.ts";
import { batched, type Database } from "../database.ts";
import { webhookEndpoint as endpoint } from "../schema/webhooks.ts";

export function d1WebhookEndpoints(db: Database): WebhookEndpoints {
  return {
    create: (made, first, most) => create(db, made, first, most),
    find: async (id) => (await db.select().from(endpoint).where(eq(endpoint.id, id)).get()) ?? null,
    list: () => db.select().from(endpoint).orderBy(asc(endpoint.createdAt), asc(endpoint.id)),
    update: (id, change, now) => update(db, id, change, now),
    delete: (id) => remove(db, id),
    rotateSecret: (id, made, oldExpiresAt) => rotateSecret(db, id, made, oldExpiresAt),
    rotateJobSecret: async (made, oldExpiresAt) => {
      await rotate(db, sql`endpoint_id = ${JOB_SECRETS}`, insertJobSecret(made), oldExpiresAt);
    },
    hasJobSecret: async () =>
      (await db.all(sql`SELECT 1 FROM webhook_secret WHERE endpoint_id = ${JOB_SECRETS} LIMIT 1`)).length > 0,
    deleteExpiredSecrets: async (now) => {
      await db.run(sql`DELETE FROM webhook_secret WHERE expires_at <= ${now}`);
    },
  };
}

async function create(db: Database, made: WebhookEndpoint, first: WebhookSecret, most: number): Promise<boolean> {
  const { id, url, events, description, state, createdBy, createdAt, updatedAt } = made;
  const [inserted] = await db.batch([
    batched(
      db,
      sql`INSERT INTO webhook_endpoint (id, url, events, description, state, created_by, created_at, updated_at)
      SELECT ${id}, ${url}, ${JSON.stringify(events)}, ${description}, ${state}, ${createdBy}, ${createdAt}, ${updatedAt}
      WHERE (SELECT count(*) FROM webhook_endpoint) < ${most}`,
    ),
    batched(db, insertSecret(id, first)),
  ]);
  return inserted.meta.changes === 1;
}

/** Nothing without its endpoint. */
function insertSecret(endpointId: string, { id, wrappedSecret, kekId, createdAt, expiresAt }: WebhookSecret) {
  return sql`INSERT INTO webhook_secret (id, endpoint_id, wrapped_secret, kek_id, created_at, expires_at)
    SELECT ${id}, e.id, ${wrappedSecret}, ${kekId}, ${createdAt}, ${expiresAt}
    FROM webhook_endpoint e WHERE e.id = ${endpointId}`;
}

/** They sign for no endpoint. */
function insertJobSecret({ id, wrappedSecret, kekId, createdAt, expiresAt }: WebhookSecret) {
  return sql`INSERT INTO webhook_secret (id, endpoint_id, wrapped_secret, kek_id, created_at, expires_at)
    VALUES (${id}, ${JOB_SECRETS}, ${wrappedSecret}, ${kekId}, ${createdAt}, ${expiresAt})`;
}

async function update(db: Database, id: string, change: EndpointChange, now: number): Promise<WebhookEndpoint | null> {
  const { url, events, description, enabled, reason } = change;
  const keep = (column: unknown, isDisabled: unknown) => sql`CASE WHEN ${endpoint.state} = 'DISABLED'
    THEN ${column} ELSE ${isDisabled} END`;
  const state =
    enabled === undefined
      ? {}
      : enabled
        ? { state: "ENABLED" as const, disabledReason: null, disabledAt: null }
        : {
            state: "DISABLED" as const,
            disabledReason: keep(endpoint.disabledReason, reason ?? "REQUESTED"),
            disabledAt: keep(endpoint.disabledAt, now),
          };
  const changed = await db
    .update(endpoint)
    .set({ url, events, description, ...state, updatedAt: now })
    .where(eq(endpoint.id, id))
    .returning();
  return changed[0] ?? null;
}

async function remove(db: Database, id: string): Promise<boolean> {
  const [, , deleted] = await db.batch([
    batched(db, sql`DELETE FROM webhook_secret WHERE ${ofEndpoint(id)}`),
    batched(
      db,
      sql`UPDATE webhook_delivery SET state = 'HELD', next_attempt_at = NULL, wake_at = NULL
      WHERE ${ofEndpoint(id)} AND state = 'PENDING'`,
    ),
    db.delete(endpoint).where(eq(endpoint.id, id)).returning({ id: endpoint.id }),
  ]);
  return deleted.length === 1;
}

/** Of an endpoint that is there: what encoder jobs have beside the endpoints has names of other kinds. */
const ofEndpoint = (id: string) =>
  sql`endpoint_id = ${id} AND EXISTS (SELECT 1 FROM webhook_endpoint WHERE webhook_endpoint.id = ${id})`;

/** Each of them signs every request. */
const MOST_SECRETS = 4;

async function rotateSecret(db: Database, id: string, made: WebhookSecret, oldExpiresAt: number): Promise<boolean> {
  return rotate(db, ofEndpoint(id), insertSecret(id, made), oldExpiresAt);
}

async function rotate(db: Database, its: SQL, insert: SQL, oldExpiresAt: number): Promise<boolean> {
  const [, inserted] = await db.batch([
    batched(
      db,
      sql`UPDATE webhook_secret SET expires_at = min(coalesce(expires_at, ${oldExpiresAt}), ${oldExpiresAt})
      WHERE ${its}`,
    ),
    batched(db, insert),
    batched(
      db,
      sql`DELETE FROM webhook_secret WHERE id IN (SELECT id FROM webhook_secret WHERE ${its}
      ORDER BY expires_at IS NOT NULL, created_at DESC, id DESC LIMIT -1 OFFSET ${MOST_SECRETS})`,
    ),
  ]);
  return inserted.meta.changes === 1;
}
