import { sql } from "drizzle-orm";
import type { SkipReason } from "../../../domain/rotation/rotation-batch.ts";
import type { Database } from "../database.ts";

const DELETED: SkipReason = "deleted";
const REPLACED: SkipReason = "replaced";
const JOB_CANCELLED = "The job was cancelled.";
const NO_NEW_VERSION = "The job ended without a new key version.";

/**
 * One statement, so that part and job are of one moment: the save of a result changes both. The order matters: an item
 * whose part has its new version has succeeded, whatever became of its job or post. PENDING: its caller stopped between
 * taking it and requesting the job, or the job that it waited for ended in between.
 */
export async function settle(db: Database, batchId: string, lostBefore: number, now: number): Promise<void> {
  await db.run(sql`UPDATE key_rotation_item i SET state = v.next,
      reason = CASE
        WHEN v.next = 'SKIPPED' THEN CASE WHEN v.is_gone THEN ${DELETED} ELSE ${REPLACED} END
        WHEN v.next = 'FAILED' THEN CASE v.job_state WHEN 'FAILED' THEN v.fail_reason
          WHEN 'CANCELLED' THEN ${JOB_CANCELLED} ELSE ${NO_NEW_VERSION} END END,
      to_key_version = CASE WHEN v.next = 'SUCCEEDED' THEN v.key_version ELSE i.to_key_version END,
      job_id = CASE WHEN v.next <> 'PENDING' THEN i.job_id END,
      started_at = CASE WHEN v.next <> 'PENDING' THEN i.started_at END,
      finished_at = CASE WHEN v.next = 'PENDING' THEN i.finished_at ELSE ${now} END
    FROM (SELECT *, CASE WHEN has_new_version THEN 'SUCCEEDED' WHEN is_gone OR NOT is_present THEN 'SKIPPED'
        WHEN job_state IN ('FAILED', 'CANCELLED', 'SUCCEEDED') THEN 'FAILED'
        WHEN job_state IS NULL AND started_at < ${lostBefore} THEN 'PENDING' END AS next
      FROM (SELECT n.file_id, n.job_id, n.started_at, f.key_version, j.state AS job_state, j.fail_reason,
          coalesce(p.id IS NOT NULL AND f.key_version > n.from_key_version, false) AS has_new_version,
          p.id IS NULL OR p.deleted_at IS NOT NULL OR f.version_state = 'REMOVED' AS is_gone,
          f.version_state = 'PRESENT' AS is_present
        FROM key_rotation_item n LEFT JOIN video_file_post f ON f.id = n.file_id
        LEFT JOIN video_post p ON p.id = f.video_id LEFT JOIN video_transcode_job j ON j.job_id = n.job_id
        WHERE n.batch_id = ${batchId} AND n.state = 'ROTATING') looked) v
    WHERE i.batch_id = ${batchId} AND i.file_id = v.file_id AND i.state = 'ROTATING' AND v.next IS NOT NULL
      AND i.job_id IS NOT DISTINCT FROM v.job_id`);
}
