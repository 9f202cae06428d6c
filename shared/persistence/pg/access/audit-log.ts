import { type SQL, sql } from "drizzle-orm";
import type { AuditFilter, AuditLog, AuditQuery, NamedViewer } from "../../../application/ports/audit-log.ts";
import type { AuditEvent } from "../../../domain/access/audit-event.ts";
import { earliestUuidV7 } from "../../../lib/random-id.ts";
import { columnsOf, type Database, rowOf } from "../database.ts";
import { auditEvent } from "../schema/callers.ts";

/** Triggers refuse every change of the log but that of `forgetViewer`: migrations/pg/0001_triggers.sql. */
export function pgAuditLog(db: Database): AuditLog {
  return {
    append: (events) => append(db, events),
    page: (query) => page(db, query),
    forgetViewer: (viewer, limit) => forgetViewer(db, viewer, limit),
    deleteExpired: (now, limit) => deleteExpired(db, now, limit),
  };
}

/** One parameter for any number of events. In the order of their ids, so that two calls never wait for each other. */
async function append(db: Database, events: readonly AuditEvent[]): Promise<void> {
  await db.run(sql`INSERT INTO audit_event (${columnsOf(auditEvent)})
    SELECT * FROM json_to_recordset(${JSON.stringify(events)}::json) AS e("id" text, "at" bigint, "actor" text,
      "action" text, "videoPostId" text, "fileIndex" bigint, "status" bigint, "reason" text, "count" bigint,
      "clientAddress" text, "country" text, "details" jsonb, "keepUntil" bigint)
    ORDER BY "id" ON CONFLICT DO NOTHING`);
}

async function page(db: Database, { filter, order, after, limit }: AuditQuery): Promise<readonly AuditEvent[]> {
  const newestFirst = order === "newest-first";
  const bound = newestFirst ? sql`id < ${after}` : sql`id > ${after}`;
  const conditions = [...conditionsOf(filter), ...(after === null ? [] : [bound])];
  const where = conditions.length === 0 ? sql`` : sql`WHERE ${sql.join(conditions, sql` AND `)}`;
  const { rows } = await db.run(sql`SELECT ${columnsOf(auditEvent)} FROM audit_event ${where}
    ORDER BY id ${sql.raw(newestFirst ? "DESC" : "ASC")} LIMIT ${limit}`);
  return rows.map((row) => rowOf(auditEvent, row));
}

/** Times are compared with the id, which starts with them. The outcome is text, because its indexes are partial. */
function conditionsOf({ videoPostId, actor, action, outcome, from, to }: AuditFilter): SQL[] {
  return [
    ...(videoPostId === undefined ? [] : [sql`video_post_id = ${videoPostId}`]),
    ...(actor === undefined ? [] : [sql`actor = ${actor}`]),
    ...(action === undefined ? [] : [sql`action = ${action}`]),
    ...(outcome === undefined ? [] : [outcome === "done" ? sql`status < 400` : sql`status >= 400`]),
    ...(from === undefined ? [] : [sql`id >= ${earliestUuidV7(from)}`]),
    ...(to === undefined ? [] : [sql`id < ${earliestUuidV7(to)}`]),
  ];
}

/** In the words of the trigger, which permits nothing else. */
const WITHOUT_VIEWER = sql.raw("details = details - 'viewer' - 'tokenId'");

async function forgetViewer(db: Database, { viewerId, name }: NamedViewer, limit: number) {
  const first = (condition: SQL) =>
    sql`WITH first AS (SELECT id FROM audit_event WHERE ${condition} ORDER BY id LIMIT ${limit} FOR UPDATE)`;
  const [asActor, asNamed] = await db.batch([
    sql`${first(sql`actor = ${`viewer:${viewerId}`}`)}
      UPDATE audit_event e SET actor = 'viewer:forgotten', client_address = NULL, country = NULL, ${WITHOUT_VIEWER}
      FROM first WHERE e.id = first.id`,
    sql`${first(sql`details->>'viewer' = ${name}`)}
      UPDATE audit_event e SET ${WITHOUT_VIEWER} FROM first WHERE e.id = first.id`,
  ]);
  const [actor, named] = [asActor?.changes ?? 0, asNamed?.changes ?? 0];
  return { forgotten: actor + named, finished: actor < limit && named < limit };
}

/** Uses the database's clock too: the trigger does, and one row too early would stop the whole statement. */
async function deleteExpired(db: Database, now: number, limit: number): Promise<number> {
  const { changes } = await db.run(sql`WITH expired AS (
      SELECT id FROM audit_event
      WHERE keep_until <= (SELECT least(${now}, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint))
      ORDER BY keep_until LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    DELETE FROM audit_event e USING expired x WHERE e.id = x.id`);
  return changes;
}
