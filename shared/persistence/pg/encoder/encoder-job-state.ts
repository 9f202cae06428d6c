import { sql } from "drizzle-orm";

/* One row of an encoder job with its part and the state of both jobs: one statement, so one moment. */

const JOB = sql.raw(`json_build_object('jobId', j.job_id, 'state', j.state, 'stage', j.stage, 'claimNo', j.claim_no,
  'attempt', j.attempt, 'maxAttempts', j.max_attempts, 'progress', j.progress, 'failCode',
  CASE WHEN j.fail_reason IS NULL THEN NULL ELSE coalesce(j.fail_code, 'unclassified') END, 'failReason', j.fail_reason,
  'finishedAt', j.finished_at)`);

const VARIANT = sql.raw(`json_build_object('quality', v.quality, 'width', v.width, 'height', v.height,
  'peakBandwidth', v.peak_bandwidth, 'averageBandwidth', v.average_bandwidth, 'codecs', v.codecs,
  'frameRate', CASE WHEN v.frame_rate_numerator IS NULL THEN NULL
    ELSE json_build_object('numerator', v.frame_rate_numerator, 'denominator', v.frame_rate_denominator) END,
  'segmentCount', v.segment_count, 'bytes', v.bytes)`);

/** Jobs of the part; by the post, whose jobs have an index. */
const jobsOf = (name: "t" | "c" | "d", kind: "TRANSCODE" | "ENCRYPT") =>
  sql.raw(`video_transcode_job ${name} WHERE ${name}.video_post_id = e.video_post_id AND ${name}.file_id = e.file_id
    AND ${name}.kind = '${kind}'`);

/**
 * The newest transcode job, and of the encrypt jobs behind it the newest up to the first that succeeded: what comes
 * later is a rotation. Ids of jobs are in the order of their creation.
 */
const TRANSCODE = sql`SELECT ${JOB} FROM video_transcode_job j
  WHERE j.job_id = (SELECT max(t.job_id) FROM ${jobsOf("t", "TRANSCODE")})`;
const ENCRYPT = sql`SELECT ${JOB} FROM video_transcode_job j WHERE j.job_id = (SELECT max(c.job_id)
  FROM ${jobsOf("c", "ENCRYPT")} AND c.created_at >= (SELECT max(t.created_at) FROM ${jobsOf("t", "TRANSCODE")})
    AND NOT EXISTS (SELECT FROM ${jobsOf("d", "ENCRYPT")} AND d.state = 'SUCCEEDED' AND d.job_id < c.job_id))`;

/** Of a part that was replaced and then removed, only its last version is REMOVED. */
export const IS_DELETED = sql.raw(`(p.deleted_at IS NOT NULL OR f.version_state <> 'PRESENT' AND NOT EXISTS (
  SELECT FROM video_file_post v WHERE v.video_id = f.video_id AND v.file_index = f.file_index
    AND v.version_state = 'PRESENT'))`);

const VARIANTS = sql`SELECT coalesce(json_agg(${VARIANT}), '[]') FROM video_hls_abr_variant v
  WHERE v.file_id = f.id AND v.transcode_job_id = coalesce(f.enc_path_job_id, f.file_path_job_id)`;

export const STATE_COLUMNS = sql`e.job_id AS "jobId", e.video_post_id AS "videoPostId", e.file_id AS "fileId",
    e.slug, e.title, e.resource_type AS "resourceType", e.caller_id AS "callerId", e.webhook_url AS "webhookUrl",
    e.created_at AS "createdAt", ${IS_DELETED} AS "isDeleted", p.version AS "postVersion",
    p.metadata, p.passthrough, f.file_index AS "fileIndex", f.duration AS "durationSeconds", f.warnings,
    f.enc_path AS "encPath", f.enc_path_job_id AS "encPathJobId", f.key_version AS "keyVersion",
    f.version_state <> 'PRESENT' AS "isReplaced",
    (${VARIANTS}) AS variants, (${TRANSCODE}) AS transcode, (${ENCRYPT}) AS encrypt`;

/** Of a row `e` of encoder_job, whose post and part are always there. */
export const WITH_PART = sql.raw(`JOIN video_post p ON p.id = e.video_post_id
  JOIN video_file_post f ON f.id = e.file_id`);

/** `encoderStatus` of the domain, by what the database knows. */
export const STATUS = sql`(SELECT CASE
    WHEN f.enc_path IS NOT NULL THEN 'COMPLETED'
    WHEN state IN ('FAILED', 'CANCELLED') THEN state
    WHEN is_encrypt OR state = 'SUCCEEDED' THEN 'UPLOADING_TO_CLOUD_STORAGE'
    WHEN state <> 'RUNNING' OR coalesce(stage, 'DOWNLOADING') IN ('DOWNLOADING', 'PROBING') THEN 'DOWNLOADING'
    WHEN stage = 'ENCODING' THEN 'ENCODING'
    ELSE 'UPLOADING_TO_CLOUD_STORAGE' END
  FROM (SELECT present->>'state' AS state, present->>'stage' AS stage, is_encrypt
    FROM (SELECT coalesce(encrypt, (${TRANSCODE})) AS present, encrypt IS NOT NULL AS is_encrypt
      FROM (SELECT (${ENCRYPT}) AS encrypt) AS found) AS chosen) AS shown)`;
