import type { PgClient } from "../../shared/persistence/pg/database.ts";

export const PARTS = 8000;
export const NOW = 1_000_000;
/** Every hundredth part is not settled. */
const OPEN = "n % 100 = 0";

/** The part with number 5 plays and has imported content that waits; its job is claimed. */
export const IDS = {
  ...{ videoPostId: "post-00005", fileId: "file-00005" },
  ...{ jobId: "job-00500-2", leaseToken: "lease-00500", batchId: "batch-running" },
};

const numbered = (name: string) => `'${name}-' || lpad(n::text, 5, '0')`;
const EVERY = `FROM generate_series(1, ${PARTS}) n`;

/**
 * A library of published posts with one part each, all of whose jobs have succeeded. A hundredth is in processing: half
 * of these have a job, the other half lack it.
 */
const STATEMENTS = [
  `INSERT INTO video_post (id, import_id, author_id, title, slug, description, resource_type, status, interaction, access,
      auto_publish, duration, audit_result, published_at, version, next_file_index, created_at, updated_at)
    SELECT ${numbered("post")}, CASE WHEN n % 10 = 5 THEN 'import-' || n END, 'author', 'A film', 'a-film', '', 'VIDEO',
      CASE WHEN ${OPEN} THEN 'TRANSCODING' ELSE 'PUBLISHED' END, '{}', 'POLICY', true, 60,
      CASE WHEN NOT ${OPEN} THEN 'PASSED' END, CASE WHEN NOT ${OPEN} THEN 1 END, 1, 1, n, n ${EVERY}`,
  `INSERT INTO video_file_post (id, video_id, file_index, position, upload_id, source_url, source_kek_id, file_name,
      duration, transfer_result, encrypt_status, file_path, file_path_job_id, enc_path, key_version, warnings, created_at)
    SELECT ${numbered("file")}, ${numbered("post")}, 0, 0, CASE WHEN n % 10 IN (1, 2) THEN 'upload-' || n END,
      CASE WHEN n % 10 NOT IN (1, 2, 5) THEN 'url' END, CASE WHEN n % 10 NOT IN (1, 2, 5) THEN 'k1' END, 'a.mp4', 60,
      CASE WHEN ${OPEN} THEN 'TRANSCODING' WHEN n % 500 = 5 THEN 'IMPORTED' ELSE 'SUCCESS' END,
      CASE WHEN ${OPEN} THEN 'UNENCRYPTED' ELSE 'ENCRYPTED' END, 'p/', ${numbered("job")} || '-1', 'e/',
      1, '[]', n ${EVERY}`,
  `INSERT INTO video_transcode_job (job_id, video_post_id, file_id, kind, state, claim_no, attempt, max_attempts,
      lease_token, lease_expires_at, run_after, cancel_requested, created_at, updated_at)
    SELECT ${numbered("job")} || '-' || kind, ${numbered("post")}, ${numbered("file")},
      CASE kind WHEN 1 THEN 'TRANSCODE' ELSE 'ENCRYPT' END,
      CASE WHEN n % 200 <> 0 OR kind = 1 THEN 'SUCCEEDED' WHEN n % 400 = 0 THEN 'QUEUED' ELSE 'RUNNING' END, 1,
      CASE WHEN n % 1000 = 0 THEN 3 ELSE 1 END, 3,
      CASE WHEN n % 100 = 0 AND n % 400 <> 0 AND kind = 2 THEN ${numbered("lease")} END,
      CASE WHEN n % 400 = 200 AND kind = 2 THEN n END, n, false, n, n
    FROM generate_series(1, ${PARTS}) n, generate_series(1, 2) kind`,
  `INSERT INTO video_hls_encrypt_key (key_id, file_id, quality, key_version, wrapped_key, kek_id, key_uri_template,
      staged_by_job_id, status, usable_until, revoked_at, created_at)
    SELECT 'key-' || n || '-' || version, ${numbered("file")}, '480p', version, 'w',
      CASE WHEN n % 300 = 2 THEN 'k0' ELSE 'k1' END, 't', ${numbered("job")} || '-2',
      CASE WHEN version = 1 THEN 'ACTIVE' WHEN n % 2 = 0 THEN 'RETIRING' ELSE 'REVOKED' END,
      CASE WHEN version = 2 AND n % 2 = 0 THEN ${NOW} - 50 + n END,
      CASE WHEN version = 2 AND n % 2 = 1 THEN ${NOW} - 50 + n END, n
    FROM generate_series(1, ${PARTS}) n, generate_series(1, 2) version`,
  `INSERT INTO single_key_source (file_id, prefix, wrapped_key, kek_id, renditions, requested_at, queued_at, created_at)
    SELECT ${numbered("file")}, 'p', 'w', 'k1', '[]', CASE WHEN n % 1000 = 15 THEN n END,
      CASE WHEN n % 500 = 5 THEN n END, n ${EVERY} WHERE n % 10 = 5`,
  `INSERT INTO key_rotation_batch (batch_id, state, selection, max_in_flight, fill_after, requested_by, created_at,
      updated_at)
    VALUES ('batch-running', 'RUNNING', '{}', 100, 'file-05000', 'me', ${NOW}, ${NOW}),
      ('batch-done', 'DONE', '{}', 10, NULL, 'me', ${NOW}, ${NOW})`,
  `INSERT INTO key_rotation_item (batch_id, file_id, video_post_id, file_index, state, job_id, from_key_version)
    SELECT batch, ${numbered("file")}, ${numbered("post")}, 0,
      CASE WHEN batch = 'batch-done' THEN 'SUCCEEDED' WHEN n < 40 THEN 'ROTATING' ELSE 'PENDING' END, 'x', 1
    FROM generate_series(1, 5000) n, unnest(ARRAY['batch-running', 'batch-done']) batch`,
  `ANALYZE`,
];

/** With statistics, as autovacuum has made them in a library of this size. */
export async function fillLibrary(client: PgClient): Promise<void> {
  for (const text of STATEMENTS) await client.query({ text });
}
