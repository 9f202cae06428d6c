import { type SQL, sql } from "drizzle-orm";
import type { QueuedPart, RekeyProgress, RekeySelection, RekeyStore } from "../../../application/ports/rekey-store.ts";
import type { Database } from "../database.ts";

/** The only writer of single_key_source.queued_at. */
export function pgRekeyStore(db: Database): RekeyStore {
  return {
    findImportedPost: async (importId) => {
      const { rows } = await db.run(sql`SELECT id FROM video_post WHERE import_id = ${importId}`);
      return (rows[0]?.id as string | undefined) ?? null;
    },
    enqueue: (selection, limit, now) => enqueue(db, selection, limit, now),
    clear: async () => {
      const emptied = sql`UPDATE single_key_source SET queued_at = NULL WHERE queued_at IS NOT NULL`;
      return (await db.run(emptied)).changes;
    },
    next: (maxInFlight) => next(db, maxInFlight),
    leave: async (fileId) => {
      await db.run(sql`UPDATE single_key_source SET queued_at = NULL WHERE file_id = ${fileId}`);
    },
    underWay: async () => (await db.run(sql`SELECT ${UNDER_WAY} AS parts`)).rows[0]?.parts as number,
    progress: () => progress(db),
  };
}

const LIVE = sql`EXISTS (SELECT 1 FROM video_transcode_job j
  WHERE j.file_id = s.file_id AND j.state IN ('QUEUED', 'RUNNING', 'RETRY_WAIT'))`;
const UNDER_WAY = sql`(SELECT count(*) FROM single_key_source s WHERE s.requested_at IS NOT NULL AND ${LIVE})`;
const FAILED = sql`'FAILED' IN (f.transfer_result, f.encrypt_status)`;
/** Its job was cancelled. */
const STOPPED = sql`('CANCELLED' IN (f.transfer_result, f.encrypt_status))`;

/** Locked, so that a part which another caller queues at the same time is neither counted twice nor uses up the limit. */
async function enqueue(db: Database, selection: RekeySelection, limit: number, now: number): Promise<number> {
  const { changes } = await db.run(sql`WITH chosen AS (
      SELECT s.file_id FROM single_key_source s JOIN video_file_post f ON f.id = s.file_id
      WHERE s.queued_at IS NULL AND ${chosen(selection)} ORDER BY s.created_at, s.file_id LIMIT ${limit}
      FOR UPDATE OF s)
    UPDATE single_key_source s SET queued_at = ${now} FROM chosen WHERE s.file_id = chosen.file_id`);
  return changes;
}

function chosen(selection: RekeySelection): SQL {
  if (selection.kind === "everything") return sql`s.requested_at IS NULL`;
  const { videoPostId, fileIndex } = selection;
  const part = fileIndex === null ? sql`true` : sql`f.file_index = ${fileIndex}`;
  return sql`f.video_id = ${videoPostId} AND ${part} AND (f.transfer_result = 'IMPORTED' OR ${STOPPED})`;
}

/** Requests of viewers count as well: a batch uses only what they leave. */
async function next(db: Database, maxInFlight: number): Promise<QueuedPart[]> {
  const { rows } = await db.run(sql`SELECT s.file_id AS "fileId", f.video_id AS "videoPostId",
      f.file_index AS "fileIndex"
    FROM single_key_source s JOIN video_file_post f ON f.id = s.file_id
    WHERE s.queued_at IS NOT NULL AND (f.transfer_result = 'IMPORTED' OR ${STOPPED})
    ORDER BY s.queued_at, s.file_id
    LIMIT greatest(0, ${maxInFlight}::bigint - ${UNDER_WAY})`);
  return rows as QueuedPart[];
}

async function progress(db: Database): Promise<RekeyProgress> {
  const { rows } = await db.run(sql`SELECT
      count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'queued') AS queued,
      count(*) FILTER (WHERE state = 'under-way') AS "underWay", count(*) FILTER (WHERE state = 'failed') AS failed,
      count(*) FILTER (WHERE state = 'stopped') AS stopped,
      (SELECT count(*) FROM video_file_post f JOIN video_post p ON p.id = f.video_id
        WHERE f.upload_id IS NULL AND f.source_url IS NULL AND f.transfer_result = 'SUCCESS'
          AND f.encrypt_status = 'ENCRYPTED' AND f.version_state = 'PRESENT' AND p.deleted_at IS NULL) AS migrated
    FROM (SELECT CASE WHEN ${FAILED} THEN 'failed'
        WHEN f.transfer_result <> 'IMPORTED' AND NOT ${STOPPED} THEN 'under-way'
        WHEN s.queued_at IS NOT NULL THEN 'queued' WHEN f.transfer_result = 'IMPORTED' THEN 'waiting'
        ELSE 'stopped' END AS state
      FROM single_key_source s JOIN video_file_post f ON f.id = s.file_id) parts`);
  return rows[0] as RekeyProgress;
}
