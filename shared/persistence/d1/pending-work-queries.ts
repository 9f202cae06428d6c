import { sql, type SQL } from "drizzle-orm";
import type { PendingPart, PendingWorkQueries } from "../../application/ports.ts";
import type { JobKind } from "../../domain/transcode-job.ts";
import type { Database } from "./database.ts";

/** Parts whose state asks for a job and that have no live one; never parts that FAILED. */
export function d1PendingWorkQueries(db: Database): PendingWorkQueries {
  return {
    listTranscodingVideoPosts: (batchSize) => pending(db, "TRANSCODE", batchSize),
    listEncryptPendingVideoPosts: (batchSize) => pending(db, "ENCRYPT", batchSize),
  };
}

const STATE_THAT_ASKS: Record<JobKind, SQL> = {
  TRANSCODE: sql`f.transfer_result = 'TRANSCODING'`,
  ENCRYPT: sql`f.transfer_result = 'SUCCESS' AND f.encrypt_status IN ('UNENCRYPTED', 'ENCRYPTING')`,
};

/**
 * Holds for a part `f` of a post `p` that asks for a job of this kind and has none. One that was cancelled stays
 * cancelled: making it again would undo what somebody asked for.
 */
export function lacksJob(kind: JobKind): SQL {
  return sql`${STATE_THAT_ASKS[kind]} AND p.deleted_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM video_transcode_job j WHERE j.file_id = f.id AND j.kind = ${kind}
        AND j.state IN ('QUEUED', 'RUNNING', 'RETRY_WAIT', 'CANCELLED'))`;
}

function pending(db: Database, kind: JobKind, batchSize: number): Promise<PendingPart[]> {
  return db.all<PendingPart>(sql`SELECT f.video_id AS videoPostId, f.id AS fileId, f.file_index AS fileIndex,
      f.update_type AS updateType
    FROM video_file_post f JOIN video_post p ON p.id = f.video_id
    WHERE ${lacksJob(kind)} ORDER BY f.video_id LIMIT ${batchSize}`);
}
