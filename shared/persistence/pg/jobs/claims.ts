import { type SQL, sql } from "drizzle-orm";
import type { ClaimedJob, ClaimJob, ClaimOneJob } from "../../../application/ports/job-store.ts";
import { jobOf } from "../../rows/job-rows.ts";
import { columnsOf, type Database, rowOf, texts } from "../database.ts";
import { errorCode } from "../retries.ts";
import { videoTranscodeJob as job } from "../schema/jobs.ts";

/**
 * Claimers skip the jobs that others are claiming. A save of a post locks its jobs for a moment too, so a claim that
 * finds none waits for the oldest and looks again: otherwise the job would wait for the next poll.
 */
export function claimOldest(db: Database, input: ClaimJob): Promise<ClaimedJob | null> {
  const { kinds, now } = input;
  const due = sql`SELECT job_id FROM video_transcode_job
    WHERE state = 'QUEUED' AND run_after <= ${now} AND kind = ANY(${texts(kinds)}) AND ${holdsNone(input)}
    ORDER BY run_after, job_id LIMIT 1`;
  const taken = take(input, sql`${due} FOR UPDATE SKIP LOCKED`);
  return claim(db, input, [taken, sql`SELECT 1 FROM video_transcode_job WHERE job_id = (${due}) FOR UPDATE`, taken]);
}

export function claimOne(db: Database, input: ClaimOneJob): Promise<ClaimedJob | null> {
  const { jobId, now } = input;
  const due = sql`SELECT job_id FROM video_transcode_job WHERE job_id = ${jobId} AND ${holdsNone(input)}
    AND ((state IN ('QUEUED', 'RETRY_WAIT') AND run_after <= ${now})
      OR (state = 'RUNNING' AND lease_expires_at < ${now} AND attempt < max_attempts))`;
  return claim(db, input, [take(input, sql`${due} FOR UPDATE`)]);
}

type Claim = ClaimJob | ClaimOneJob;

const holdsNone = ({ leaseToken }: Claim) =>
  sql`NOT EXISTS (SELECT 1 FROM video_transcode_job WHERE lease_token = ${leaseToken})`;

function take({ owner, leaseToken, now, leaseMs }: Claim, due: SQL): SQL {
  return sql`WITH due AS (${due}),
    taken AS (UPDATE video_transcode_job j SET state = 'RUNNING', attempt = attempt + 1, claim_no = claim_no + 1,
        lease_owner = ${owner}, lease_token = ${leaseToken}, lease_expires_at = ${now + leaseMs},
        started_at = coalesce(started_at, ${now}), updated_at = ${now}, stage = NULL, progress = NULL,
        fail_code = NULL, fail_reason = NULL
      FROM due WHERE j.job_id = due.job_id RETURNING j.file_id)
    UPDATE video_file_post SET update_type = 'NO_UPDATE' WHERE id IN (SELECT file_id FROM taken)`;
}

/** The last statement finds the job by the token, so that a repeated claim returns the same job. */
async function claim(db: Database, input: Claim, statements: readonly SQL[]): Promise<ClaimedJob | null> {
  const { leaseToken } = input;
  const held = sql`SELECT ${columnsOf(job)} FROM video_transcode_job
    WHERE lease_token = ${leaseToken} AND state = 'RUNNING'`;
  const rows = await db.batch([...statements, held]).then(
    (results) => results.at(-1)?.rows,
    // The same claim, sent at the same time, has taken another job.
    async (error) => {
      if (!isTokenInUse(error)) throw error;
      return (await db.run(held)).rows;
    },
  );
  const row = rows?.[0];
  return row === undefined ? null : { job: jobOf(rowOf(job, row)), leaseToken };
}

function isTokenInUse(error: unknown): boolean {
  return errorCode(error) === "23505" && (error as { constraint?: unknown }).constraint === "video_transcode_job_lease";
}
