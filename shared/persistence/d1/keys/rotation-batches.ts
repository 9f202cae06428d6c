import { and, desc, eq, lt, type SQL, sql } from "drizzle-orm";
import type {
  MissingParts,
  PartName,
  PartPage,
  PreviewedPart,
  RotationBatches,
  RotationItemPage,
  RotationPreview,
  RotationStateChange,
} from "../../../application/ports/rotation-batches.ts";
import type {
  ChosenParts,
  RotationItem,
  RotationProgress,
  RotationSelection,
} from "../../../domain/rotation/rotation-batch.ts";
import { AVERAGED_ITEMS, rotationBatchOf, rotationProgressOf } from "../../rows/rotation-rows.ts";
import { batched, type Database } from "../database.ts";
import { keyRotationBatch as batch, keyRotationItem as item } from "../schema/jobs.ts";
import { isSelected, scannedParts, skipReason } from "./rotation-selection.ts";

export function d1RotationBatches(db: Database): RotationBatches {
  return {
    create: async (made, now) => {
      const filled = { state: "RUNNING", fillCursor: "", createdAt: now, updatedAt: now, finishedAt: null } as const;
      await db.insert(batch).values({ ...made, ...filled });
    },
    find: async (batchId) => {
      const rows = await db.select().from(batch).where(eq(batch.batchId, batchId));
      return rows[0] === undefined ? null : rotationBatchOf(rows[0]);
    },
    list: async ({ before, limit }) => {
      const older = before === null ? undefined : lt(batch.batchId, before);
      const rows = await db.select().from(batch).where(older).orderBy(desc(batch.batchId)).limit(limit);
      return rows.map(rotationBatchOf);
    },
    progress: (batchId) => progress(db, batchId),
    items: (batchId, page) => items(db, batchId, page),
    findMissing: (parts) => findMissing(db, parts),
    preview: (selection, page) => preview(db, selection, page),
    changeState: (batchId, change, now) => changeState(db, batchId, change, now),
    retryFailed: (batchId, limit, now) => retryFailed(db, batchId, limit, now),
  };
}

/** The counts are read from an index alone. */
async function progress(db: Database, batchId: string): Promise<RotationProgress> {
  const [counted, averaged] = await db.batch([
    db
      .select({ state: item.state, count: sql<number>`count(*)` })
      .from(item)
      .where(eq(item.batchId, batchId))
      .groupBy(item.state),
    db
      .select({ startedAt: item.startedAt, finishedAt: item.finishedAt })
      .from(item)
      .where(and(eq(item.batchId, batchId), eq(item.state, "SUCCEEDED")))
      .orderBy(desc(item.fileId))
      .limit(AVERAGED_ITEMS),
  ]);
  return rotationProgressOf(counted, averaged);
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
  const rows = await db
    .select()
    .from(item)
    .where(
      and(
        eq(item.batchId, batchId),
        state === null ? undefined : eq(item.state, state),
        sql`${item.fileId} > ${idOfItem(batchId, after)}`,
      ),
    )
    .orderBy(item.fileId)
    .limit(limit);
  return rows.map(({ batchId: _, fileId: __, ...shown }) => shown);
}

async function findMissing(db: Database, parts: readonly ChosenParts[]): Promise<MissingParts | null> {
  const [row] = await db.all<{ number: number; isDeleted: 0 | 1 }>(sql`
    SELECT c.key AS number, p.deleted_at IS NOT NULL AS isDeleted
    FROM json_each(${JSON.stringify(parts)}) c LEFT JOIN video_post p ON p.id = c.value ->> '$.videoPostId'
    WHERE p.id IS NULL OR p.deleted_at IS NOT NULL OR (c.value ->> '$.fileIndex' IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM video_file_post f WHERE f.video_id = p.id AND f.file_index = c.value ->> '$.fileIndex'
        AND f.version_state = 'PRESENT'))
    ORDER BY c.key LIMIT 1`);
  const missing = row === undefined ? undefined : parts[row.number];
  return row === undefined || missing === undefined ? null : { ...missing, isDeleted: row.isDeleted === 1 };
}

async function preview(
  db: Database,
  selection: RotationSelection,
  { after, limit }: PartPage,
): Promise<RotationPreview> {
  const page = scannedParts(selection, idOf(after), limit);
  const parts = await db.all<PreviewedPart>(sql`
    SELECT f.video_id AS videoPostId, f.file_index AS fileIndex, f.key_version AS keyVersion,
      ${skipReason(sql`f.key_version`, null)} AS skip, count(v.quality) AS qualities,
      coalesce(sum(v.segment_count), 0) AS segments, coalesce(sum(v.bytes), 0) AS bytes
    FROM (${page}) page JOIN video_file_post f ON f.id = page.id JOIN video_post p ON p.id = f.video_id
    LEFT JOIN video_hls_abr_variant v ON v.file_id = f.id AND v.transcode_job_id = f.file_path_job_id
    WHERE ${isSelected(selection)} GROUP BY f.id ORDER BY f.id`);
  const last = await db.all<PartName>(sql`SELECT f.video_id AS videoPostId, f.file_index AS fileIndex
    FROM (${page}) page JOIN video_file_post f ON f.id = page.id ORDER BY f.id DESC
    LIMIT (SELECT count(*) = ${limit} FROM (${page}) page)`);
  return { parts, last: last[0] ?? null };
}

async function changeState(
  db: Database,
  batchId: string,
  { from, to }: RotationStateChange,
  now: number,
): Promise<boolean> {
  const ended = to === "CANCELLED" ? now : null;
  const result =
    await db.run(sql`UPDATE key_rotation_batch SET state = ${to}, updated_at = ${now}, finished_at = ${ended}
    WHERE batch_id = ${batchId} AND state IN (SELECT value FROM json_each(${JSON.stringify(from)}))`);
  return result.meta.changes > 0;
}

async function retryFailed(db: Database, batchId: string, limit: number, now: number): Promise<number> {
  const [waiting] = await db.batch([
    batched(
      db,
      sql`UPDATE key_rotation_item SET state = 'PENDING', job_id = NULL, reason = NULL, started_at = NULL, finished_at = NULL
      WHERE batch_id = ${batchId} AND file_id IN (SELECT file_id FROM key_rotation_item
          WHERE batch_id = ${batchId} AND state = 'FAILED' ORDER BY file_id LIMIT ${limit})
        AND state = 'FAILED'
        AND EXISTS (SELECT 1 FROM key_rotation_batch WHERE batch_id = ${batchId} AND state <> 'CANCELLED')`,
    ),
    batched(
      db,
      sql`UPDATE key_rotation_batch SET state = 'RUNNING', finished_at = NULL, updated_at = ${now}
      WHERE batch_id = ${batchId} AND state = 'DONE'
        AND EXISTS (SELECT 1 FROM key_rotation_item WHERE batch_id = ${batchId} AND state = 'PENDING')`,
    ),
  ]);
  return waiting.meta.changes;
}
