import { type SQL, sql } from "drizzle-orm";
import type { PendingPart, PendingWorkQueries } from "../../../application/ports/pending-work-queries.ts";
import type { JobKind } from "../../../domain/job/transcode-job.ts";
import type { Database } from "../database.ts";
import { LIVE_VERSION } from "../schema/video-post.ts";

/** Parts whose state requests a job and that have no live one; never FAILED or CANCELLED parts. */
export function d1PendingWorkQueries(db: Database): PendingWorkQueries {
  return {
    listTranscodingVideoPosts: (batchSize) => pending(db, "TRANSCODE", batchSize),
    listEncryptPendingVideoPosts: (batchSize) => pending(db, "ENCRYPT", batchSize),
    listDriftedVideoPosts: (batchSize) => drifted(db, batchSize),
  };
}

const STATE_THAT_ASKS: Record<JobKind, SQL> = {
  TRANSCODE: sql`f.transfer_result = 'TRANSCODING'`,
  ENCRYPT: sql`f.transfer_result = 'SUCCESS' AND f.encrypt_status IN ('UNENCRYPTED', 'ENCRYPTING')`,
};

/** True for a part `f` of a post `p` that requests a job of this kind and has none. */
export function lacksJob(kind: JobKind): SQL {
  return sql`${STATE_THAT_ASKS[kind]} AND f.${LIVE_VERSION} AND p.deleted_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM video_transcode_job j WHERE j.file_id = f.id AND j.kind = ${kind}
        AND j.state IN ('QUEUED', 'RUNNING', 'RETRY_WAIT'))`;
}

/** Imported parts, which have no upload and no URL, are ready on request. */
const NOT_READY = sql`f.encrypt_status <> 'ENCRYPTED' AND (f.upload_id IS NOT NULL OR f.source_url IS NOT NULL)`;

function pending(db: Database, kind: JobKind, batchSize: number): Promise<PendingPart[]> {
  return db.all<PendingPart>(sql`SELECT f.video_id AS videoPostId, f.id AS fileId, f.file_index AS fileIndex,
      f.update_type AS updateType
    FROM video_file_post f JOIN video_post p ON p.id = f.video_id
    WHERE ${lacksJob(kind)} ORDER BY f.video_id LIMIT ${batchSize}`);
}

/**
 * The rule of shared/domain/post/video-post.ts as a query for candidates; the domain decides. Three indexes find posts with
 * a part that is not ready or without a time of publication, so a library of published posts is not read.
 */
async function drifted(db: Database, batchSize: number): Promise<string[]> {
  const rows = await db.all<{ id: string }>(sql`
    SELECT p.id FROM (
      SELECT id FROM video_post WHERE status IN ('DRAFT', 'TRANSCODING', 'TRANSCODE_FAILED',
        'PROCESSING_CANCELLED', 'PENDING_AUDIT')
      UNION SELECT video_id FROM video_file_post WHERE transfer_result IN ('TRANSCODING', 'SUCCESS', 'FAILED', 'CANCELLED')
        AND encrypt_status IN ('UNENCRYPTED', 'ENCRYPTING', 'FAILED', 'CANCELLED') AND ${LIVE_VERSION}
      UNION SELECT id FROM video_post
        WHERE audit_result = 'PASSED' AND published_at IS NULL AND deleted_at IS NULL) looked
    JOIN video_post p ON p.id = looked.id LEFT JOIN video_file_post f ON f.video_id = p.id AND f.${LIVE_VERSION}
    WHERE p.deleted_at IS NULL
    GROUP BY p.id
    HAVING abs(p.duration - total(iif(f.version_state = 'PRESENT', f.duration, 0))) > 0.001
      OR (p.audit_result IS 'PASSED') <> (p.published_at IS NOT NULL) OR p.status <> CASE
      WHEN p.audit_result = 'PASSED' THEN 'PUBLISHED'
      WHEN count(f.id) = 0 THEN 'DRAFT'
      WHEN sum(${NOT_READY} AND 'FAILED' IN (f.transfer_result, f.encrypt_status)) > 0 THEN 'TRANSCODE_FAILED'
      WHEN sum(${NOT_READY} AND 'CANCELLED' IN (f.transfer_result, f.encrypt_status)) > 0 THEN 'PROCESSING_CANCELLED'
      WHEN sum(${NOT_READY}) > 0 THEN 'TRANSCODING'
      WHEN p.audit_result = 'REJECTED' THEN 'REJECTED'
      WHEN p.auto_publish THEN 'PUBLISHED'
      ELSE 'PENDING_AUDIT' END
    ORDER BY p.id LIMIT ${batchSize}`);
  return rows.map(({ id }) => id);
}
