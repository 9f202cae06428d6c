import { type SQL, sql } from "drizzle-orm";
import type { RotationSteps, TakenItem } from "../../../application/ports/rotation-steps.ts";
import type { RotationBatch, RotationSelection, SkipReason } from "../../../domain/rotation/rotation-batch.ts";
import type { Database } from "../database.ts";
import { isSelected, lockBatch, scannedParts, skipReason } from "./rotation-selection.ts";
import { settle } from "./settle-items.ts";
import { take } from "./take-item.ts";

/** With rotation-batches.ts the only writer of key_rotation_batch and key_rotation_item. */
export function pgRotationSteps(db: Database): RotationSteps {
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
  const [running, underWay] = await db.snapshot([
    sql`SELECT batch_id AS id FROM key_rotation_batch WHERE state = 'RUNNING' ORDER BY created_at LIMIT ${limit}`,
    sql`SELECT DISTINCT batch_id AS id FROM key_rotation_item WHERE state = 'ROTATING'`,
  ]);
  const ids = [...(running?.rows ?? []), ...(underWay?.rows ?? [])].map(({ id }) => id as string);
  return [...new Set(ids)].toSorted().slice(0, limit);
}

async function findByRotatingPart(db: Database, fileId: string) {
  const { rows } = await db.run(sql`SELECT b.batch_id AS "batchId", b.grace_seconds AS "graceSeconds"
    FROM key_rotation_item i JOIN key_rotation_batch b ON b.batch_id = i.batch_id
    WHERE i.file_id = ${fileId} AND i.state = 'ROTATING'`);
  return (rows[0] as Pick<RotationBatch, "batchId" | "graceSeconds"> | undefined) ?? null;
}

const MAY_FILL = sql`state = 'RUNNING' AND fill_after IS NOT NULL`;

/**
 * One statement reads the page, adds items for its selected parts and moves the cursor: read twice, it could be two
 * pages. Parts that are newer than the batch have new keys anyway.
 */
async function fill(db: Database, batchId: string, selection: RotationSelection, pageSize: number): Promise<boolean> {
  const after = sql`(SELECT fill_after FROM key_rotation_batch WHERE batch_id = ${batchId} AND ${MAY_FILL})`;
  const [, , left] = await db.batch([
    lockBatch(batchId),
    sql`WITH page AS MATERIALIZED (${scannedParts(selection, after, pageSize)}),
      added AS (INSERT INTO key_rotation_item (batch_id, file_id, video_post_id, file_index, state, from_key_version)
        SELECT ${batchId}, f.id, f.video_id, f.file_index, 'PENDING', f.key_version
        FROM page f JOIN video_post p ON p.id = f.video_id
        WHERE ${isSelected(selection)}
          AND f.created_at <= (SELECT created_at FROM key_rotation_batch WHERE batch_id = ${batchId})
        ON CONFLICT DO NOTHING)
      UPDATE key_rotation_batch
      SET fill_after = (SELECT CASE WHEN count(*) = ${pageSize} THEN max(id) END FROM page)
      WHERE batch_id = ${batchId} AND ${MAY_FILL}`,
    sql`SELECT 1 FROM key_rotation_batch WHERE batch_id = ${batchId} AND ${MAY_FILL}`,
  ]);
  return left?.rows.length === 1;
}

async function classify(db: Database, batchId: string, limit: number, now: number): Promise<number> {
  const { changes } = await db.run(sql`UPDATE key_rotation_item i
    SET state = CASE WHEN v.done THEN 'SUCCEEDED' ELSE 'SKIPPED' END, reason = CASE WHEN NOT v.done THEN v.reason END,
      to_key_version = CASE WHEN v.done THEN v.version END, finished_at = ${now}
    FROM (SELECT n.file_id, f.key_version AS version, ${skipReason(sql`n.from_key_version`, batchId)} AS reason,
        coalesce(p.deleted_at IS NULL AND f.key_version > n.from_key_version, false) AS done
      FROM (SELECT file_id, from_key_version FROM key_rotation_item
        WHERE batch_id = ${batchId} AND state = 'PENDING' ORDER BY file_id LIMIT ${limit}) n
      LEFT JOIN video_file_post f ON f.id = n.file_id LEFT JOIN video_post p ON p.id = f.video_id) v
    WHERE i.batch_id = ${batchId} AND i.file_id = v.file_id AND i.state = 'PENDING' AND (v.done OR v.reason IS NOT NULL)
      AND EXISTS (SELECT 1 FROM key_rotation_batch WHERE batch_id = ${batchId} AND state = 'RUNNING')`);
  return changes;
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
  await db.batch([
    lockBatch(batchId),
    sql`UPDATE key_rotation_batch SET state = 'DONE', finished_at = ${now}, updated_at = ${now}
      WHERE batch_id = ${batchId} AND state IN ('RUNNING', 'PAUSED') AND fill_after IS NULL
        AND NOT EXISTS (SELECT 1 FROM key_rotation_item WHERE batch_id = ${batchId} AND state = 'PENDING')
        AND NOT EXISTS (SELECT 1 FROM key_rotation_item WHERE batch_id = ${batchId} AND state = 'ROTATING')`,
  ]);
}
