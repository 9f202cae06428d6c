import { and, desc, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type {
  ClaimedJob,
  ClaimJob,
  ClaimOneJob,
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
import { type JobRow, jobOf } from "../../rows/job-rows.ts";
import { batched, type Database } from "../database.ts";
import { videoTranscodeJob as job } from "../schema/jobs.ts";
import { videoHlsEncryptKey } from "../schema/playback.ts";
import { LIVE_VERSION } from "../schema/video-post.ts";
import { jobPage } from "./job-page.ts";
import { insertMissing } from "./job-statements.ts";

export function d1JobStore(db: Database): JobStore {
  return {
    claim: (input) => claim(db, input, oldestDue(input)),
    claimOne: (input) => claim(db, input, thisOneIfDue(input)),
    heartbeat: (input) => heartbeat(db, input),
    retryLater: (input) => retryLater(db, input),
    release: (input) => release(db, input),
    acknowledgeCancel: (input) => acknowledgeCancel(db, input),
    failOrphan: (input) => failOrphan(db, input),
    find: (jobId) => find(db, jobId),
    findByLease: async (jobId, leaseToken) =>
      first(
        await db
          .select()
          .from(job)
          .where(and(eq(job.jobId, jobId), eq(job.leaseToken, leaseToken))),
      ),
    stagedKeyVersions: (held) => stagedKeyVersions(db, held),
    page: (query) => jobPage(db, query, (jobIds) => findAll(db, jobIds)),
    list: (filter) => list(db, filter),
    requeueDue: (now) => requeueDue(db, now),
    listExhausted: async (now, limit) =>
      (
        await db
          .select()
          .from(job)
          .where(
            sql`${job.state} = 'RUNNING' AND ${job.leaseExpiresAt} < ${now} AND ${job.attempt} >= ${job.maxAttempts}`,
          )
          .limit(limit)
      ).map(jobOf),
    createMissing: (parts, now, rules) => createMissing(db, parts, now, rules),
  };
}

/**
 * One batch: the update claims the job that `jobId` selects, unless this lease token holds one already. The other
 * statements find the job by the token, so that a repeated claim returns the same job.
 */
async function claim(db: Database, input: ClaimJob | ClaimOneJob, jobId: SQL): Promise<ClaimedJob | null> {
  const { leaseToken, owner, now, leaseMs } = input;
  const [, , rows] = await db.batch([
    batched(
      db,
      sql`UPDATE video_transcode_job SET state = 'RUNNING', attempt = attempt + 1, claim_no = claim_no + 1,
        lease_owner = ${owner}, lease_token = ${leaseToken}, lease_expires_at = ${now + leaseMs},
        started_at = coalesce(started_at, ${now}), updated_at = ${now}, stage = NULL, progress = NULL,
        fail_code = NULL, fail_reason = NULL
      WHERE job_id = (${jobId})
        AND NOT EXISTS (SELECT 1 FROM video_transcode_job WHERE lease_token = ${leaseToken})`,
    ),
    batched(
      db,
      sql`UPDATE video_file_post SET update_type = 'NO_UPDATE'
      WHERE id = (SELECT file_id FROM video_transcode_job WHERE lease_token = ${leaseToken} AND state = 'RUNNING')`,
    ),
    db
      .select()
      .from(job)
      .where(and(eq(job.leaseToken, leaseToken), eq(job.state, "RUNNING"))),
  ]);
  const row = rows[0];
  return row === undefined ? null : { job: jobOf(row), leaseToken };
}

const oldestDue = ({ kinds, now }: ClaimJob) =>
  sql`SELECT job_id FROM video_transcode_job
    WHERE state = 'QUEUED' AND run_after <= ${now}
      AND kind IN (SELECT value FROM json_each(${JSON.stringify(kinds)}))
    ORDER BY run_after, job_id LIMIT 1`;

const thisOneIfDue = ({ jobId, now }: ClaimOneJob) =>
  sql`SELECT job_id FROM video_transcode_job WHERE job_id = ${jobId}
    AND ((state IN ('QUEUED', 'RETRY_WAIT') AND run_after <= ${now})
      OR (state = 'RUNNING' AND lease_expires_at < ${now} AND attempt < max_attempts))`;

const holds = (jobId: string, leaseToken: string) =>
  sql`job_id = ${jobId} AND lease_token = ${leaseToken} AND state = 'RUNNING'`;

async function heartbeat(db: Database, input: JobHeartbeat): Promise<HeartbeatOutcome> {
  const { jobId, leaseToken, now, leaseMs, stage, progress } = input;
  const { after, until } = justExtended(input);
  const [, held] = await db.batch([
    db
      .update(job)
      .set({ leaseExpiresAt: now + leaseMs, stage, progress, updatedAt: now })
      .where(
        sql`${holds(jobId, leaseToken)}
          AND NOT (stage IS NOT NULL AND lease_expires_at > ${after} AND lease_expires_at <= ${until})`,
      ),
    // A cancelled job keeps its lease token, so that its holder learns of it here.
    db
      .select({ state: job.state })
      .from(job)
      .where(sql`job_id = ${jobId} AND lease_token = ${leaseToken} AND state IN ('RUNNING', 'CANCELLED')`),
  ]);
  if (held[0] === undefined) return "lease-lost";
  return held[0].state === "RUNNING" ? "held" : "cancel";
}

/** `update_type` mirrors a waiting job, found by its id, which the first statement does not change. */
const markWaiting = (db: Database, jobId: string) =>
  batched(
    db,
    sql`UPDATE video_file_post SET update_type = 'HAS_UPDATE'
    WHERE id = (SELECT file_id FROM video_transcode_job WHERE job_id = ${jobId} AND state IN ('QUEUED', 'RETRY_WAIT'))`,
  );

async function retryLater(db: Database, input: RetryJobLater): Promise<boolean> {
  const [rows] = await db.batch([
    db
      .update(job)
      .set({
        state: "RETRY_WAIT",
        runAfter: input.runAfter,
        failCode: input.code,
        failReason: input.reason,
        failedVerification: input.failedVerification,
        leaseToken: null,
        leaseExpiresAt: null,
        updatedAt: input.now,
      })
      .where(holds(input.jobId, input.leaseToken))
      .returning({ jobId: job.jobId }),
    markWaiting(db, input.jobId),
  ]);
  return rows.length > 0;
}

async function release(db: Database, input: JobLease & { readonly now: number }): Promise<boolean> {
  const [rows] = await db.batch([
    db
      .update(job)
      .set({
        state: "QUEUED",
        attempt: sql`max(0, ${job.attempt} - 1)`,
        runAfter: input.now,
        leaseToken: null,
        leaseExpiresAt: null,
        updatedAt: input.now,
      })
      .where(holds(input.jobId, input.leaseToken))
      .returning({ jobId: job.jobId }),
    markWaiting(db, input.jobId),
  ]);
  return rows.length > 0;
}

const wasCancelledUnder = (jobId: string, leaseToken: string) =>
  sql`job_id = ${jobId} AND lease_token = ${leaseToken} AND state = 'CANCELLED'`;

async function acknowledgeCancel(db: Database, input: JobLease & { readonly now: number }): Promise<boolean> {
  const rows = await db
    .update(job)
    .set({ leaseToken: null, updatedAt: input.now })
    .where(wasCancelledUnder(input.jobId, input.leaseToken))
    .returning({ jobId: job.jobId });
  return rows.length > 0;
}

async function failOrphan(db: Database, { jobId, code, reason, now }: FailOrphanedJob) {
  const rows = await db
    .update(job)
    .set({
      state: "FAILED",
      failCode: code,
      failReason: reason,
      leaseToken: null,
      leaseExpiresAt: null,
      finishedAt: now,
      updatedAt: now,
    })
    .where(
      sql`job_id = ${jobId} AND state IN ('QUEUED', 'RUNNING', 'RETRY_WAIT') AND NOT EXISTS (SELECT 1
        FROM video_file_post f JOIN video_post p ON p.id = f.video_id
        WHERE f.id = video_transcode_job.file_id AND p.id = video_transcode_job.video_post_id AND p.deleted_at IS NULL
          AND f.${LIVE_VERSION})`,
    )
    .returning({ jobId: job.jobId });
  return rows.length > 0;
}

const listed = {
  ...getTableColumns(job),
  fileIndex: sql<number | null>`(SELECT file_index FROM video_file_post WHERE id = ${job.fileId})`,
};

async function find(db: Database, jobId: string): Promise<ListedJob | null> {
  const row = await db.select(listed).from(job).where(eq(job.jobId, jobId)).get();
  return row === undefined ? null : { ...jobOf(row), fileIndex: row.fileIndex };
}

async function findAll(db: Database, jobIds: readonly string[]): Promise<readonly ListedJob[]> {
  if (jobIds.length === 0) return [];
  const named = sql`${job.jobId} IN (SELECT value FROM json_each(${JSON.stringify(jobIds)}))`;
  const rows = await db.select(listed).from(job).where(named).orderBy(desc(job.jobId));
  return rows.map((row) => ({ ...jobOf(row), fileIndex: row.fileIndex }));
}

async function stagedKeyVersions(db: Database, { jobId, fileId }: Pick<TranscodeJob, "jobId" | "fileId">) {
  const rows = await db
    .selectDistinct({ keyVersion: videoHlsEncryptKey.keyVersion })
    .from(videoHlsEncryptKey)
    .where(and(eq(videoHlsEncryptKey.fileId, fileId), eq(videoHlsEncryptKey.stagedByJobId, jobId)));
  return rows.map(({ keyVersion }) => keyVersion);
}

async function list(db: Database, filter: JobFilter): Promise<ListedJob[]> {
  const rows = await db
    .select(listed)
    .from(job)
    .where(
      and(
        filter.videoPostId === undefined ? undefined : eq(job.videoPostId, filter.videoPostId),
        filter.state === undefined ? undefined : eq(job.state, filter.state),
        filter.kind === undefined ? undefined : eq(job.kind, filter.kind),
      ),
    )
    .orderBy(desc(job.jobId))
    .limit(filter.limit);
  return rows.map((row) => ({ ...jobOf(row), fileIndex: row.fileIndex }));
}

async function requeueDue(db: Database, now: number): Promise<number> {
  const due = sql`(state = 'RETRY_WAIT' AND run_after <= ${now})
    OR (state = 'RUNNING' AND lease_expires_at < ${now} AND attempt < max_attempts)`;
  const [rows] = await db.batch([
    db
      .update(job)
      .set({ state: "QUEUED", runAfter: now, leaseToken: null, leaseExpiresAt: null, updatedAt: now })
      .where(due)
      .returning({ jobId: job.jobId }),
    batched(
      db,
      sql`UPDATE video_file_post SET update_type = 'HAS_UPDATE'
      WHERE update_type = 'NO_UPDATE' AND id IN (SELECT file_id FROM video_transcode_job WHERE state = 'QUEUED')`,
    ),
  ]);
  return rows.length;
}

/**
 * Checks each part again, because scans overlap: a part that has its job or result by now, or was deleted, gets none.
 */
async function createMissing(
  db: Database,
  parts: readonly MissingJob[],
  now: number,
  rules: JobRules,
): Promise<number> {
  if (parts.length === 0) return 0;
  const jobIds = JSON.stringify(parts.map((part) => part.jobId));
  const [transcode, encrypt] = await db.batch([
    batched(db, insertMissing(parts, "TRANSCODE", now, rules)),
    batched(db, insertMissing(parts, "ENCRYPT", now, rules)),
    batched(
      db,
      sql`UPDATE video_file_post SET update_type = 'HAS_UPDATE' WHERE id IN (
      SELECT file_id FROM video_transcode_job WHERE job_id IN (SELECT value FROM json_each(${jobIds})))`,
    ),
  ]);
  return transcode.meta.changes + encrypt.meta.changes;
}

function first(rows: readonly JobRow[]): TranscodeJob | null {
  return rows[0] === undefined ? null : jobOf(rows[0]);
}
