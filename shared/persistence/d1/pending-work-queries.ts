import { sql, type SQL } from "drizzle-orm";
import type { PendingPart, PendingWorkQueries } from "../../application/ports.ts";
import type { Database } from "./database.ts";

/** Parts whose state asks for a job and that have no live one; never parts that FAILED. */
export function d1PendingWorkQueries(db: Database): PendingWorkQueries {
  return {
    listTranscodingVideoPosts: (batchSize) =>
      pending(db, "TRANSCODE", sql`f.transfer_result = 'TRANSCODING'`, batchSize),
    listEncryptPendingVideoPosts: (batchSize) =>
      pending(db, "ENCRYPT", sql`f.transfer_result = 'SUCCESS' AND f.encrypt_status IN ('UNENCRYPTED', 'ENCRYPTING')`, batchSize),
  };
}

function pending(db: Database, kind: string, state: SQL, batchSize: number): Promise<PendingPart[]> {
  return db.all<PendingPart>(sql`SELECT f.video_id AS videoPostId, f.id AS fileId, f.file_index AS fileIndex,
      f.update_type AS updateType
    FROM video_file_post f JOIN video_post p ON p.id = f.video_id
    WHERE ${state} AND p.deleted_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM video_transcode_job j WHERE j.file_id = f.id AND j.kind = ${kind}
        AND j.state IN ('QUEUED', 'RUNNING', 'RETRY_WAIT', 'CANCELLED'))
    ORDER BY f.video_id LIMIT ${batchSize}`);
}
