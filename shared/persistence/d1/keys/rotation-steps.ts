import { type SQL, sql } from "drizzle-orm";
import type { RotationSteps, TakenItem } from "../../../application/ports/rotation-steps.ts";
import type { RotationSelection, SkipReason } from "../../../domain/rotation/rotation-batch.ts";
import { batched, type Database } from "../database.ts";
import { keyRotationBatch as batch } from "../schema/jobs.ts";
import { isSelected, scannedParts, skipReason } from "./rotation-selection.ts";

/** With rotation-batches.ts the only writer of key_rotation_batch and key_rotation_item. */
export function d1RotationSteps(db: Database): RotationSteps {
  return {
    listOpen: (limit) => listOpen(db, limit),
    findByRotatingPart: (fileId) => findByRotatingPart(db, fileId),
    fill: (batchId, selection, pageSize) => fill(db, batchId, selection, pageSize),
    settle: (batchId, lostBefore, now) => settle(db, batchId, lostBefore, now),
    classify: (batchId, limit, now) => classify(db, batchId, limit, now),
    take: (batchId, jobId, now) => take(db, batchId, jobId, now),
    adoptLiveJob: (taken) => adoptLiveJob(db, taken),
    skip: (taken, reason, now) => skip(db, taken, reason, now),
    putBack: async (taken) => {
      await db.run(sql`UPDATE key_rotation_item SET state = 'PENDING', job_id = NULL, started_at = NULL
        WHERE ${isHeldBy(taken)}`);
    },
    finish: (batchId, now) => finish(db, batchId, now),
  };
}

/** Each by its partial index: this runs every minute and reads no ended batch or item. */
async function listOpen(db: Database, limit: number): Promise<string[]> {
  const [running, underWay] = await Promise.all([
    db
      .select({ batchId: batch.batchId })
      .from(batch)
      .where(sql`state = 'RUNNING'`)
      .orderBy(batch.createdAt)
      .limit(limit),
    db.all<{ batchId: string }>(sql`SELECT DISTINCT batch_id AS batchId
      FROM key_rotation_item INDEXED BY key_rotation_item_file WHERE state = 'ROTATING'`),
  ]);
  return [...new Set([...running, ...underWay].map(({ batchId }) => batchId))].toSorted().slice(0, limit);
}

async function findByRotatingPart(db: Database, fileId: string) {
  const rows = await db.all<{ batchId: string; graceSeconds: number | null }>(sql`
    SELECT b.batch_id AS batchId, b.grace_seconds AS graceSeconds FROM key_rotation_item i
    JOIN key_rotation_batch b ON b.batch_id = i.batch_id WHERE i.file_id = ${fileId} AND i.state = 'ROTATING'`);
  return rows[0] ?? null;
}

const MAY_FILL = sql`state = 'RUNNING' AND fill_after IS NOT NULL`;

/**
 * One page in one transaction: items for its selected parts, then the cursor. Of two callers that fill the same page,
 * both write the same items and one moves the cursor. Parts that are newer than the batch have new keys anyway.
 */
async function fill(db: Database, batchId: string, selection: RotationSelection, pageSize: number): Promise<boolean> {
  const after = sql`(SELECT fill_after FROM key_rotation_batch WHERE batch_id = ${batchId} AND ${MAY_FILL})`;
  const page = scannedParts(selection, after, pageSize);
  const [, , left] = await db.batch([
    batched(
      db,
      sql`INSERT INTO key_rotation_item (batch_id, file_id, video_post_id, file_index, state, from_key_version)
      SELECT ${batchId}, f.id, f.video_id, f.file_index, 'PENDING', f.key_version
      FROM (${page}) page JOIN video_file_post f ON f.id = page.id JOIN video_post p ON p.id = f.video_id
      WHERE ${isSelected(selection)}
        AND f.created_at <= (SELECT created_at FROM key_rotation_batch WHERE batch_id = ${batchId})
      ON CONFLICT DO NOTHING`,
    ),
    batched(
      db,
      sql`UPDATE key_rotation_batch
      SET fill_after = (SELECT CASE WHEN count(*) = ${pageSize} THEN max(id) END FROM (${page}) page)
      WHERE batch_id = ${batchId} AND ${MAY_FILL}`,
    ),
    db.select({ batchId: batch.batchId }).from(batch).where(sql`batch_id = ${batchId} AND ${MAY_FILL}`),
  ]);
  return left.length > 0;
}

/** The order matters: an item whose part has its new version has succeeded, whatever became of its job or post. */
async function settle(db: Database, batchId: string, lostBefore: number, now: number): Promise<void> {
  const underWay = sql`batch_id = ${batchId} AND state = 'ROTATING'`;
  const part = sql`FROM video_file_post f JOIN video_post p ON p.id = f.video_id WHERE f.id = key_rotation_item.file_id`;
  const job = sql`FROM video_transcode_job j WHERE j.job_id = key_rotation_item.job_id`;
  await db.batch([
    batched(
      db,
      sql`UPDATE key_rotation_item
      SET state = 'SUCCEEDED', finished_at = ${now}, reason = NULL, to_key_version = (SELECT f.key_version ${part})
      WHERE ${underWay} AND EXISTS (SELECT 1 ${part} AND f.key_version > key_rotation_item.from_key_version)`,
    ),
    batched(
      db,
      sql`UPDATE key_rotation_item SET state = 'SKIPPED', finished_at = ${now}, reason = ${DELETED}
      WHERE ${underWay} AND NOT EXISTS (SELECT 1 ${part} AND p.deleted_at IS NULL AND f.version_state <> 'REMOVED')`,
    ),
    batched(
      db,
      sql`UPDATE key_rotation_item SET state = 'SKIPPED', finished_at = ${now}, reason = ${REPLACED}
      WHERE ${underWay} AND NOT EXISTS (SELECT 1 ${part} AND f.version_state = 'PRESENT')`,
    ),
    batched(
      db,
      sql`UPDATE key_rotation_item SET state = 'FAILED', finished_at = ${now}, reason = (SELECT CASE j.state
        WHEN 'FAILED' THEN j.fail_reason WHEN 'CANCELLED' THEN ${JOB_CANCELLED} ELSE ${NO_NEW_VERSION} END ${job})
      WHERE ${underWay} AND EXISTS (SELECT 1 ${job} AND j.state IN ('FAILED', 'CANCELLED', 'SUCCEEDED'))`,
    ),
    // Its caller stopped between taking it and requesting the job, or the job that it waited for ended in between.
    batched(
      db,
      sql`UPDATE key_rotation_item SET state = 'PENDING', job_id = NULL, started_at = NULL
      WHERE ${underWay} AND started_at < ${lostBefore} AND NOT EXISTS (SELECT 1 ${job})`,
    ),
  ]);
}

const DELETED: SkipReason = "deleted";
const REPLACED: SkipReason = "replaced";
const JOB_CANCELLED = "The job was cancelled.";
const NO_NEW_VERSION = "The job ended without a new key version.";

async function classify(db: Database, batchId: string, limit: number, now: number): Promise<number> {
  const result = await db.run(sql`UPDATE key_rotation_item AS i
    SET state = iif(v.done, 'SUCCEEDED', 'SKIPPED'), reason = iif(v.done, NULL, v.reason),
      to_key_version = iif(v.done, v.version, NULL), finished_at = ${now}
    FROM (SELECT n.file_id, f.key_version AS version, ${skipReason(sql`n.from_key_version`, batchId)} AS reason,
        coalesce(p.deleted_at IS NULL AND f.key_version > n.from_key_version, false) AS done
      FROM (SELECT file_id, from_key_version FROM key_rotation_item
        WHERE batch_id = ${batchId} AND state = 'PENDING' ORDER BY file_id LIMIT ${limit}) n
      LEFT JOIN video_file_post f ON f.id = n.file_id LEFT JOIN video_post p ON p.id = f.video_id) v
    WHERE i.batch_id = ${batchId} AND i.file_id = v.file_id AND i.state = 'PENDING' AND (v.done OR v.reason IS NOT NULL)
      AND EXISTS (SELECT 1 FROM key_rotation_batch WHERE batch_id = ${batchId} AND state = 'RUNNING')`);
  return result.meta.changes;
}

/** One statement, so that the limit holds for any number of concurrent callers. */
async function take(db: Database, batchId: string, jobId: string, now: number): Promise<TakenItem | null> {
  const rows = await db.all<TakenItem>(sql`UPDATE key_rotation_item
    SET state = 'ROTATING', job_id = ${jobId}, started_at = ${now}, finished_at = NULL, reason = NULL
    WHERE batch_id = ${batchId} AND file_id = (
        SELECT n.file_id FROM key_rotation_item n WHERE n.batch_id = ${batchId} AND n.state = 'PENDING'
          AND NOT EXISTS (SELECT 1 FROM key_rotation_item o WHERE o.file_id = n.file_id AND o.state = 'ROTATING')
        ORDER BY n.file_id LIMIT 1)
      AND (SELECT count(*) FROM key_rotation_item r WHERE r.batch_id = ${batchId} AND r.state = 'ROTATING')
        < (SELECT max_in_flight FROM key_rotation_batch WHERE batch_id = ${batchId} AND state = 'RUNNING')
    RETURNING batch_id AS batchId, file_id AS fileId, video_post_id AS videoPostId, file_index AS fileIndex,
      job_id AS jobId`);
  return rows[0] ?? null;
}

async function adoptLiveJob(db: Database, taken: TakenItem): Promise<void> {
  await db.run(sql`UPDATE key_rotation_item SET job_id = coalesce((SELECT j.job_id FROM video_transcode_job j
      WHERE j.file_id = ${taken.fileId} AND j.kind = 'ENCRYPT' AND j.state IN ('QUEUED', 'RUNNING', 'RETRY_WAIT')), job_id)
    WHERE ${isHeldBy(taken)} AND NOT EXISTS (SELECT 1 FROM video_transcode_job WHERE job_id = ${taken.jobId})`);
}

async function skip(db: Database, taken: TakenItem, reason: SkipReason, now: number): Promise<void> {
  await db.run(sql`UPDATE key_rotation_item SET state = 'SKIPPED', reason = ${reason}, job_id = NULL, finished_at = ${now}
    WHERE ${isHeldBy(taken)}`);
}

function isHeldBy({ batchId, fileId, jobId }: TakenItem): SQL {
  return sql`batch_id = ${batchId} AND file_id = ${fileId} AND state = 'ROTATING' AND job_id = ${jobId}`;
}

async function finish(db: Database, batchId: string, now: number): Promise<void> {
  await db.run(sql`UPDATE key_rotation_batch SET state = 'DONE', finished_at = ${now}, updated_at = ${now}
    WHERE batch_id = ${batchId} AND state IN ('RUNNING', 'PAUSED') AND fill_after IS NULL
      AND NOT EXISTS (SELECT 1 FROM key_rotation_item WHERE batch_id = ${batchId} AND state = 'PENDING')
      AND NOT EXISTS (SELECT 1 FROM key_rotation_item WHERE batch_id = ${batchId} AND state = 'ROTATING')`);
}
