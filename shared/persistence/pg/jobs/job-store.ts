import { type SQL, sql } from "drizzle-orm";
import type {
  FailOrphanedJob,
  HeartbeatOutcome,
  JobFilter,
  JobHeartbeat,
  JobLease,
  JobStore,
  ListedJob,
  MissingJob,
  RetryJobLater,
} from "../../../application/ports/job-store.ts";
import { type JobRules, justExtended, type TranscodeJob } from "../../../domain/job/transcode-job.ts";
import { jobOf } from "../../rows/job-rows.ts";
import { columnsOf, type Database, jsonb, rowOf, texts } from "../database.ts";
import { videoTranscodeJob as job } from "../schema/jobs.ts";
import { LIVE_VERSION } from "../schema/video-post.ts";
import { claimOldest, claimOne } from "./claims.ts";
import { jobPage } from "./job-page.ts";
import { insertMissing, LIVE_JOB, markWaiting, returned } from "./job-statements.ts";

export function pgJobStore(db: Database): JobStore {
  return {
    claim: (input) => claimOldest(db, input),
    claimOne: (input) => claimOne(db, input),
    heartbeat: (input) => heartbeat(db, input),
    retryLater: (input) => retryLater(db, input),
    release: (input) => endHolding(db, input, returned(input.now)),
    acknowledgeCancel: (input) => acknowledgeCancel(db, input),
    failOrphan: (input) => failOrphan(db, input),
    find: async (jobId) => (await listed(db, sql`WHERE job_id = ${jobId}`))[0] ?? null,
    findByLease: async (jobId, leaseToken) =>
      (await jobs(db, sql`WHERE job_id = ${jobId} AND lease_token = ${leaseToken}`))[0] ?? null,
    stagedKeyVersions: (held) => stagedKeyVersions(db, held),
    page: (query) => jobPage(db, query, (jobIds) => findAll(db, jobIds)),
    list: (filter) => list(db, filter),
    requeueDue: (now) => requeueDue(db, now),
    listExhausted: (now, limit) =>
      jobs(db, sql`WHERE state = 'RUNNING' AND lease_expires_at < ${now} AND attempt >= max_attempts LIMIT ${limit}`),
    createMissing: (parts, now, rules) => createMissing(db, parts, now, rules),
  };
}

async function jobs(db: Database, where: SQL): Promise<TranscodeJob[]> {
  const { rows } = await db.run(sql`SELECT ${columnsOf(job)} FROM video_transcode_job ${where}`);
  return rows.map((row) => jobOf(rowOf(job, row)));
}

async function listed(db: Database, where: SQL): Promise<ListedJob[]> {
  const { rows } = await db.run(sql`SELECT ${columnsOf(job)},
      (SELECT f.file_index FROM video_file_post f WHERE f.id = video_transcode_job.file_id) AS file_index
    FROM video_transcode_job ${where}`);
  return rows.map((row) => ({ ...jobOf(rowOf(job, row)), fileIndex: row.file_index as number | null }));
}

async function findAll(db: Database, jobIds: readonly string[]): Promise<readonly ListedJob[]> {
  return jobIds.length === 0 ? [] : listed(db, sql`WHERE job_id = ANY(${texts(jobIds)}) ORDER BY job_id DESC`);
}

function list(db: Database, { videoPostId, state, kind, limit }: JobFilter): Promise<ListedJob[]> {
  const conditions = [
    videoPostId === undefined ? sql`true` : sql`video_post_id = ${videoPostId}`,
    state === undefined ? sql`true` : sql`state = ${state}`,
    kind === undefined ? sql`true` : sql`kind = ${kind}`,
  ];
  return listed(db, sql`WHERE ${sql.join(conditions, sql` AND `)} ORDER BY job_id DESC LIMIT ${limit}`);
}

const holds = ({ jobId, leaseToken }: JobLease) =>
  sql`job_id = ${jobId} AND lease_token = ${leaseToken} AND state = 'RUNNING'`;

const wasCancelledUnder = ({ jobId, leaseToken }: JobLease) =>
  sql`job_id = ${jobId} AND lease_token = ${leaseToken} AND state = 'CANCELLED'`;

/** Two statements: the update may wait for the cancellation, which only a later statement sees. */
async function heartbeat(db: Database, input: JobHeartbeat): Promise<HeartbeatOutcome> {
  const { jobId, leaseToken, now, leaseMs, stage, progress } = input;
  const [, held] = await db.batch([
    sql`UPDATE video_transcode_job SET lease_expires_at = ${now + leaseMs}, stage = ${stage},
      progress = ${jsonb(progress)}, updated_at = ${now}
      WHERE ${holds(input)} AND NOT ${isJustExtended(input)}`,
    // A cancelled job keeps its lease token, so that its holder learns of it here.
    sql`SELECT state FROM video_transcode_job WHERE job_id = ${jobId} AND lease_token = ${leaseToken}
      AND state IN ('RUNNING', 'CANCELLED')`,
  ]);
  const state = held?.rows[0]?.state;
  if (state === undefined) return "lease-lost";
  return state === "RUNNING" ? "held" : "cancel";
}

const isJustExtended = (input: JobHeartbeat) => {
  const { after, until } = justExtended(input);
  return sql`(stage IS NOT NULL AND lease_expires_at > ${after} AND lease_expires_at <= ${until})`;
};

function retryLater(db: Database, input: RetryJobLater): Promise<boolean> {
  return endHolding(
    db,
    input,
    sql`state = 'RETRY_WAIT', run_after = ${input.runAfter}, fail_code = ${input.code}, fail_reason = ${input.reason},
      failed_verification = ${input.failedVerification}, lease_token = NULL, lease_expires_at = NULL,
      updated_at = ${input.now}`,
  );
}

/** The job waits again. False when the lease is lost. */
async function endHolding(db: Database, lease: JobLease, change: SQL): Promise<boolean> {
  const { rows } = await db.run(sql`WITH ended AS (
      UPDATE video_transcode_job SET ${change} WHERE ${holds(lease)} RETURNING file_id),
    marked AS (${markWaiting(sql`ended`)})
    SELECT 1 FROM ended`);
  return rows.length > 0;
}

async function acknowledgeCancel(db: Database, input: JobLease & { readonly now: number }): Promise<boolean> {
  const { changes } = await db.run(sql`UPDATE video_transcode_job SET lease_token = NULL, updated_at = ${input.now}
    WHERE ${wasCancelledUnder(input)}`);
  return changes > 0;
}

async function failOrphan(db: Database, { jobId, code, reason, now }: FailOrphanedJob): Promise<boolean> {
  const { changes } = await db.run(sql`UPDATE video_transcode_job j SET state = 'FAILED', fail_code = ${code},
      fail_reason = ${reason}, lease_token = NULL, lease_expires_at = NULL, finished_at = ${now}, updated_at = ${now}
    WHERE job_id = ${jobId} AND ${LIVE_JOB} AND NOT EXISTS (
      SELECT 1 FROM video_file_post f JOIN video_post p ON p.id = f.video_id
      WHERE f.id = j.file_id AND p.id = j.video_post_id AND p.deleted_at IS NULL AND f.${LIVE_VERSION})`);
  return changes > 0;
}

async function stagedKeyVersions(db: Database, { jobId, fileId }: Pick<TranscodeJob, "jobId" | "fileId">) {
  const { rows } = await db.run(sql`SELECT DISTINCT key_version FROM video_hls_encrypt_key
    WHERE file_id = ${fileId} AND staged_by_job_id = ${jobId}`);
  return rows.map((row) => row.key_version as number);
}

/** Locked in the order in which saves lock the jobs of a post. */
async function requeueDue(db: Database, now: number): Promise<number> {
  const { rows } = await db.run(sql`WITH due AS (
      SELECT job_id FROM video_transcode_job WHERE (state = 'RETRY_WAIT' AND run_after <= ${now})
        OR (state = 'RUNNING' AND lease_expires_at < ${now} AND attempt < max_attempts)
      ORDER BY job_id FOR UPDATE),
    requeued AS (
      UPDATE video_transcode_job j SET state = 'QUEUED', run_after = ${now}, lease_token = NULL,
        lease_expires_at = NULL, updated_at = ${now}
      FROM due WHERE j.job_id = due.job_id RETURNING j.file_id),
    marked AS (${markWaiting(sql`requeued`)})
    SELECT count(*) AS jobs FROM requeued`);
  return rows[0]?.jobs as number;
}

/**
 * Checks each part again, because scans overlap: a part that has its job or result by now, or was deleted, gets none.
 * Every save changes its post, so the lock keeps what the inserts see until they are committed.
 */
async function createMissing(
  db: Database,
  parts: readonly MissingJob[],
  now: number,
  rules: JobRules,
): Promise<number> {
  if (parts.length === 0) return 0;
  const posts = texts(parts.map(({ videoPostId }) => videoPostId));
  const [, transcode, encrypt] = await db.batch([
    sql`SELECT 1 FROM video_post WHERE id = ANY(${posts}) ORDER BY id FOR NO KEY UPDATE`,
    insertMissing(parts, "TRANSCODE", now, rules),
    insertMissing(parts, "ENCRYPT", now, rules),
  ]);
  return (transcode?.rows.length ?? 0) + (encrypt?.rows.length ?? 0);
}
