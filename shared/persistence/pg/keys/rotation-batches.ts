import { type SQL, sql } from "drizzle-orm";
import type {
  MissingParts,
  NewRotationBatch,
  PartName,
  PartPage,
  PreviewedPart,
  RotationBatches,
  RotationItemPage,
  RotationPreview,
} from "../../../application/ports/rotation-batches.ts";
import type {
  ChosenParts,
  RotationBatch,
  RotationItem,
  RotationProgress,
  RotationSelection,
} from "../../../domain/rotation/rotation-batch.ts";
import { AVERAGED_ITEMS, rotationBatchOf, rotationProgressOf } from "../../rows/rotation-rows.ts";
import { columnsOf, type Database, jsonb, rowOf, texts } from "../database.ts";
import { keyRotationBatch as batch, keyRotationItem as item } from "../schema/jobs.ts";
import { isSelected, lockBatch, scannedParts, skipReason } from "./rotation-selection.ts";

export function pgRotationBatches(db: Database): RotationBatches {
  return {
    create: (made, now) => create(db, made, now),
    find: async (batchId) => (await batches(db, sql`WHERE batch_id = ${batchId}`))[0] ?? null,
    list: ({ before, limit }) => {
      const older = before === null ? sql`` : sql`WHERE batch_id < ${before}`;
      return batches(db, sql`${older} ORDER BY batch_id DESC LIMIT ${limit}`);
    },
    progress: (batchId) => progress(db, batchId),
    items: (batchId, page) => items(db, batchId, page),
    findMissing: (parts) => findMissing(db, parts),
    preview: (selection, page) => preview(db, selection, page),
    changeState: async (batchId, { from, to }, now) => {
      const ended = to === "CANCELLED" ? now : null;
      const { changes } = await db.run(sql`UPDATE key_rotation_batch
        SET state = ${to}, updated_at = ${now}, finished_at = ${ended}
        WHERE batch_id = ${batchId} AND state = ANY(${texts(from)})`);
      return changes > 0;
    },
    retryFailed: (batchId, limit, now) => retryFailed(db, batchId, limit, now),
  };
}

async function findMissing(db: Database, parts: readonly ChosenParts[]): Promise<MissingParts | null> {
  const { rows } = await db.run(sql`
    SELECT c.number, p.deleted_at IS NOT NULL AS "isDeleted"
    FROM ROWS FROM (json_to_recordset(${JSON.stringify(parts)}::json) AS ("videoPostId" text, "fileIndex" int))
      WITH ORDINALITY AS c("videoPostId", "fileIndex", number)
    LEFT JOIN video_post p ON p.id = c."videoPostId"
    WHERE p.id IS NULL OR p.deleted_at IS NOT NULL OR (c."fileIndex" IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM video_file_post f WHERE f.video_id = p.id AND f.file_index = c."fileIndex"
        AND f.version_state = 'PRESENT'))
    ORDER BY c.number LIMIT 1`);
  const [row] = rows as unknown as readonly { number: number; isDeleted: boolean }[];
  const missing = row === undefined ? undefined : parts[row.number - 1];
  return row === undefined || missing === undefined ? null : { ...missing, isDeleted: row.isDeleted };
}

async function create(db: Database, made: NewRotationBatch, now: number): Promise<void> {
  const { batchId, selection, maxInFlight, graceSeconds, requestedBy } = made;
  await db.run(sql`INSERT INTO key_rotation_batch
      (batch_id, state, selection, max_in_flight, grace_seconds, fill_after, requested_by, created_at, updated_at)
    VALUES (${batchId}, 'RUNNING', ${jsonb(selection)}, ${maxInFlight}, ${graceSeconds}, '', ${requestedBy}, ${now}, ${now})`);
}

async function batches(db: Database, where: SQL): Promise<RotationBatch[]> {
  const { rows } = await db.run(sql`SELECT ${columnsOf(batch)} FROM key_rotation_batch ${where}`);
  return rows.map((row) => rotationBatchOf(rowOf(batch, row)));
}

/** The counts are read from an index alone. */
async function progress(db: Database, batchId: string): Promise<RotationProgress> {
  const [counted, averaged] = await db.snapshot([
    sql`SELECT state, count(*) AS count FROM key_rotation_item WHERE batch_id = ${batchId} GROUP BY state`,
    sql`SELECT started_at AS "startedAt", finished_at AS "finishedAt" FROM key_rotation_item
      WHERE batch_id = ${batchId} AND state = 'SUCCEEDED' ORDER BY file_id DESC LIMIT ${AVERAGED_ITEMS}`,
  ]);
  return rotationProgressOf((counted?.rows ?? []) as never, (averaged?.rows ?? []) as never);
}

/** The internal id of the present version of a part; "" for null, which sorts first. */
function idOf(part: PartName | null): SQL {
  if (part === null) return sql`''`;
  return sql`(${versionsOf(part)} AND version_state IN ('PRESENT', 'REMOVED'))`;
}

/** The version that the item is of, which may have been replaced since. */
function idOfItem(batchId: string, part: PartName | null): SQL {
  if (part === null) return sql`''`;
  return sql`(SELECT max(file_id) FROM key_rotation_item WHERE batch_id = ${batchId} AND file_id IN (${versionsOf(part)}))`;
}

function versionsOf({ videoPostId, fileIndex }: PartName): SQL {
  return sql`SELECT id FROM video_file_post WHERE video_id = ${videoPostId} AND file_index = ${fileIndex}`;
}

async function items(
  db: Database,
  batchId: string,
  { state, after, limit }: RotationItemPage,
): Promise<RotationItem[]> {
  const { rows } = await db.run(sql`SELECT ${columnsOf(item)} FROM key_rotation_item
    WHERE batch_id = ${batchId} AND ${state === null ? sql`true` : sql`state = ${state}`}
      AND file_id > ${idOfItem(batchId, after)}
    ORDER BY file_id LIMIT ${limit}`);
  return rows.map((row) => {
    const { batchId: _, fileId: __, ...shown } = rowOf(item, row);
    return shown;
  });
}

async function preview(
  db: Database,
  selection: RotationSelection,
  { after, limit }: PartPage,
): Promise<RotationPreview> {
  const page = scannedParts(selection, idOf(after), limit);
  const [parts, last] = await db.snapshot([
    sql`SELECT f.video_id AS "videoPostId", f.file_index AS "fileIndex", f.key_version AS "keyVersion",
        ${skipReason(sql`f.key_version`, null)} AS skip, clear.*
      FROM (${page}) f JOIN video_post p ON p.id = f.video_id CROSS JOIN LATERAL (
        SELECT count(*) AS qualities, coalesce(sum(v.segment_count), 0)::bigint AS segments,
          coalesce(sum(v.bytes), 0)::bigint AS bytes
        FROM video_hls_abr_variant v WHERE v.file_id = f.id AND v.transcode_job_id = f.file_path_job_id) clear
      WHERE ${isSelected(selection)} ORDER BY f.id`,
    sql`SELECT video_id AS "videoPostId", file_index AS "fileIndex" FROM video_file_post
      WHERE id = (SELECT CASE WHEN count(*) = ${limit} THEN max(f.id) END FROM (${page}) f)`,
  ]);
  return { parts: parts?.rows as PreviewedPart[], last: (last?.rows[0] as PartName | undefined) ?? null };
}

async function retryFailed(db: Database, batchId: string, limit: number, now: number): Promise<number> {
  const [, waiting] = await db.batch([
    lockBatch(batchId),
    sql`UPDATE key_rotation_item SET state = 'PENDING', job_id = NULL, reason = NULL, started_at = NULL, finished_at = NULL
      WHERE batch_id = ${batchId} AND file_id IN (SELECT file_id FROM key_rotation_item
          WHERE batch_id = ${batchId} AND state = 'FAILED' ORDER BY file_id LIMIT ${limit})
        AND state = 'FAILED'
        AND EXISTS (SELECT 1 FROM key_rotation_batch WHERE batch_id = ${batchId} AND state <> 'CANCELLED')`,
    sql`UPDATE key_rotation_batch SET state = 'RUNNING', finished_at = NULL, updated_at = ${now}
      WHERE batch_id = ${batchId} AND state = 'DONE'
        AND EXISTS (SELECT 1 FROM key_rotation_item WHERE batch_id = ${batchId} AND state = 'PENDING')`,
  ]);
  return waiting?.changes ?? 0;
}
