import { sql } from "drizzle-orm";
import type { TakenItem } from "../../../application/ports/rotation-steps.ts";
import type { Database } from "../database.ts";
import { errorCode } from "../retries.ts";
import { lockBatch } from "./rotation-selection.ts";

/** Batches that may take one part at the same moment: each attempt sees those that were faster. */
const MOST_ATTEMPTS = 20;

/** The lock of the batch keeps its limit; the unique index gives a part to one batch. */
export async function take(db: Database, batchId: string, jobId: string, now: number): Promise<TakenItem | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await takeNext(db, batchId, jobId, now);
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || !isTakenElsewhere(error)) throw error;
    }
  }
}

async function takeNext(db: Database, batchId: string, jobId: string, now: number): Promise<TakenItem | null> {
  const [, taken] = await db.batch([
    lockBatch(batchId),
    sql`WITH next AS (SELECT n.file_id FROM key_rotation_item n WHERE n.batch_id = ${batchId} AND n.state = 'PENDING'
          AND NOT EXISTS (SELECT 1 FROM key_rotation_item o WHERE o.file_id = n.file_id AND o.state = 'ROTATING')
          AND (SELECT count(*) FROM key_rotation_item r WHERE r.batch_id = ${batchId} AND r.state = 'ROTATING')
            < (SELECT max_in_flight FROM key_rotation_batch WHERE batch_id = ${batchId} AND state = 'RUNNING')
        ORDER BY n.file_id LIMIT 1 FOR UPDATE)
      UPDATE key_rotation_item i
      SET state = 'ROTATING', job_id = ${jobId}, started_at = ${now}, finished_at = NULL, reason = NULL
      FROM next WHERE i.batch_id = ${batchId} AND i.file_id = next.file_id
      RETURNING i.batch_id AS "batchId", i.file_id AS "fileId", i.video_post_id AS "videoPostId",
        i.file_index AS "fileIndex", i.job_id AS "jobId"`,
  ]);
  return (taken?.rows[0] as TakenItem | undefined) ?? null;
}

function isTakenElsewhere(error: unknown): boolean {
  return errorCode(error) === "23505" && (error as { constraint?: unknown }).constraint === "key_rotation_item_file";
}
