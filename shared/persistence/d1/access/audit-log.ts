import { type SQL, sql } from "drizzle-orm";
import type { AuditFilter, AuditLog, AuditQuery, NamedViewer } from "../../../application/ports/audit-log.ts";
import type { AuditEvent } from "../../../domain/access/audit-event.ts";
import { earliestUuidV7 } from "../../../lib/random-id.ts";
import { batched, type Database } from "../database.ts";

/** Triggers refuse every change of the log but that of `forgetViewer`: migrations/d1/0004_audit_triggers.sql and later. */
export function d1AuditLog(db: Database): AuditLog {
  return {
    append: (events) => append(db, events),
    page: (query) => page(db, query),
    forgetViewer: (viewer, limit) => forgetViewer(db, viewer, limit),
    deleteExpired: (now, limit) => deleteExpired(db, now, limit),
  };
}

const COLUMNS = sql.raw(
  "id, at, actor, action, video_post_id, file_index, status, reason, count, client_address, country, details, keep_until",
);

/** One statement with one parameter for any number of events: D1 binds at most 100. */
async function append(db: Database, events: readonly AuditEvent[]): Promise<void> {
  await db.run(sql`INSERT OR IGNORE INTO audit_event (${COLUMNS})
    SELECT value->>'id', value->>'at', value->>'actor', value->>'action', value->>'videoPostId', value->>'fileIndex',
      value->>'status', value->>'reason', value->>'count', value->>'clientAddress', value->>'country',
      value->>'details', value->>'keepUntil'
    FROM json_each(${JSON.stringify(events)})`);
}

type Row = Omit<AuditEvent, "details"> & { details: string | null };

async function page(db: Database, { filter, order, after, limit }: AuditQuery): Promise<readonly AuditEvent[]> {
  const newestFirst = order === "newest-first";
  const bound = newestFirst ? sql`id < ${after}` : sql`id > ${after}`;
  const conditions = [...conditionsOf(filter), ...(after === null ? [] : [bound])];
  const where = conditions.length === 0 ? sql`` : sql`WHERE ${sql.join(conditions, sql` AND `)}`;
  const rows = await db.all<Row>(sql`SELECT id, at, actor, action, video_post_id AS videoPostId,
      file_index AS fileIndex, status, reason, count, client_address AS clientAddress, country, details,
      keep_until AS keepUntil
    FROM audit_event ${indexFor(filter)} ${where} ORDER BY id ${sql.raw(newestFirst ? "DESC" : "ASC")} LIMIT ${limit}`);
  return rows.map((row) => ({ ...row, details: row.details === null ? null : JSON.parse(row.details) }));
}

/**
 * Every index ends with the id, so each gives the rows in order from the cursor on. The planner has no statistics: the
 * most selective filter is named first. Without a filter the primary key serves.
 */
function indexFor({ videoPostId, actor, action, outcome }: AuditFilter): SQL {
  if (videoPostId !== undefined) return sql`INDEXED BY audit_event_post`;
  if (actor !== undefined) return sql`INDEXED BY audit_event_actor`;
  if (action !== undefined) return sql`INDEXED BY audit_event_action`;
  if (outcome === undefined) return sql``;
  return outcome === "done" ? sql`INDEXED BY audit_event_done` : sql`INDEXED BY audit_event_refused`;
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
const WITHOUT_VIEWER = sql.raw("details = json_remove(details, '$.viewer', '$.tokenId')");

async function forgetViewer(db: Database, { viewerId, name }: NamedViewer, limit: number) {
  const [asActor, asNamed] = await db.batch([
    batched(
      db,
      sql`UPDATE audit_event SET actor = 'viewer:forgotten', client_address = NULL, country = NULL, ${WITHOUT_VIEWER}
      WHERE id IN (SELECT id FROM audit_event INDEXED BY audit_event_actor WHERE actor = ${`viewer:${viewerId}`}
        LIMIT ${limit})`,
    ),
    batched(
      db,
      sql`UPDATE audit_event SET ${WITHOUT_VIEWER}
      WHERE id IN (SELECT id FROM audit_event INDEXED BY audit_event_viewer WHERE details->>'viewer' = ${name}
        LIMIT ${limit})`,
    ),
  ]);
  const [actor, named] = [asActor.meta.changes, asNamed.meta.changes];
  return { forgotten: actor + named, finished: actor < limit && named < limit };
}

/** Uses the database's clock too: the trigger does, and one row too early would stop the whole batch. */
async function deleteExpired(db: Database, now: number, limit: number): Promise<number> {
  const result = await db.run(sql`DELETE FROM audit_event WHERE id IN (
    SELECT id FROM audit_event WHERE keep_until <= min(${now}, unixepoch() * 1000) ORDER BY keep_until LIMIT ${limit})`);
  return result.meta.changes;
}
