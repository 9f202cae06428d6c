import { type SQL, sql } from "drizzle-orm";
import type { MissingJob } from "../../../application/ports/job-store.ts";
import type { SaveOptions } from "../../../application/ports/video-post-repository.ts";
import type { JobKind, JobRules, NewJob } from "../../../domain/job/transcode-job.ts";
import { texts } from "../database.ts";
import { lacksJob } from "./pending-work-queries.ts";

/*
 * Statements on jobs that are part of a save's transaction. With job-store.ts they are the only writers of
 * video_transcode_job and of update_type. Whatever locks both a job and its part locks the job first.
 */

export const LIVE_JOB = sql`state IN ('QUEUED', 'RUNNING', 'RETRY_WAIT')`;

/** The first statement of a save: claims lock a job and then its part, so a save must not hold the part first. */
export function lockLiveJobs(videoPostId: string): SQL {
  return sql`SELECT 1 FROM video_transcode_job WHERE video_post_id = ${videoPostId} AND ${LIVE_JOB}
    ORDER BY job_id FOR UPDATE`;
}

/**
 * New jobs of a post. The claim number continues from earlier jobs of the same part and kind, because it names prefixes
 * that must never repeat. A live job of the same kind is kept, and so is the NO_UPDATE of its holder.
 */
export function insertJobs(videoPostId: string, jobs: readonly NewJob[], rules: JobRules, now: number): SQL[] {
  if (jobs.length === 0) return [];
  const wanted = sql`SELECT * FROM unnest(${texts(jobs.map(({ jobId }) => jobId))},
    ${texts(jobs.map(({ fileId }) => fileId))}, ${texts(jobs.map(({ kind }) => kind))}) AS w (job_id, file_id, kind)`;
  return [
    sql`WITH made AS (INSERT INTO video_transcode_job (${COLUMNS})
        SELECT w.job_id, ${videoPostId}, w.file_id, w.kind, ${queued(sql`w.file_id`, sql`w.kind`, rules, now)}
        FROM (${wanted}) w ON CONFLICT DO NOTHING RETURNING file_id)
      ${markWaiting(sql`made`)}`,
    ...jobs.flatMap(({ jobId, launchAfter }) => (launchAfter === undefined ? [] : followUp(jobId, launchAfter))),
  ];
}

/** The container of the job before, of the same part, works on this one next: until then no other one is launched. */
function followUp(jobId: string, launchAfter: number): SQL[] {
  return [
    sql`UPDATE video_transcode_job SET launch_after = ${launchAfter} WHERE job_id = ${jobId}`,
    sql`WITH moved AS (
        SELECT l.launch_id, next.job_id, next.claim_no FROM video_transcode_job next
        JOIN video_transcode_job before ON before.file_id = next.file_id AND before.job_id <> next.job_id
        JOIN job_launch l ON l.runs_job_id = before.job_id
        WHERE next.job_id = ${jobId} AND l.state IN ('STARTING','STARTED','STOPPING')
        ORDER BY l.launch_id FOR UPDATE OF l)
      UPDATE job_launch l SET runs_job_id = moved.job_id, claim_no = moved.claim_no, claim_by = ${launchAfter}
      FROM moved WHERE l.launch_id = moved.launch_id`,
  ];
}

/** Jobs of one kind for those parts that still lack one. */
export function insertMissing(parts: readonly MissingJob[], kind: JobKind, now: number, rules: JobRules): SQL {
  const wanted = parts.filter((part) => part.kind === kind);
  const ids = sql`unnest(${texts(wanted.map(({ jobId }) => jobId))}, ${texts(wanted.map(({ fileId }) => fileId))})`;
  return sql`WITH made AS (INSERT INTO video_transcode_job (${COLUMNS})
      SELECT w.job_id, f.video_id, f.id, ${kind}, ${queued(sql`f.id`, sql`${kind}`, rules, now)}
      FROM ${ids} AS w (job_id, file_id) JOIN video_file_post f ON f.id = w.file_id JOIN video_post p ON p.id = f.video_id
      WHERE ${lacksJob(kind)} ON CONFLICT DO NOTHING RETURNING file_id),
    marked AS (${markWaiting(sql`made`)})
    SELECT 1 FROM made`;
}

const COLUMNS = sql`job_id, video_post_id, file_id, kind, state, claim_no, attempt, max_attempts, run_after,
  cancel_requested, created_at, updated_at`;

/** The columns of a new job from `state` on. */
function queued(fileId: SQL, kind: SQL, { maxAttempts }: JobRules, now: number): SQL {
  return sql`'QUEUED', coalesce((SELECT max(earlier.claim_no) FROM video_transcode_job earlier
      WHERE earlier.file_id = ${fileId} AND earlier.kind = ${kind}), 0),
    0, ${maxAttempts}::bigint, ${now}::bigint, false, ${now}::bigint, ${now}::bigint`;
}

/** `update_type` of the parts of jobs that wait, of which the CTE `jobs` has the `file_id`. */
export function markWaiting(jobs: SQL): SQL {
  return sql`UPDATE video_file_post SET update_type = 'HAS_UPDATE' WHERE id IN (SELECT file_id FROM ${jobs})`;
}

/** Ends the job of a fenced save. An earlier statement of the transaction has checked the fence. */
export function endJob({ fence, jobEnd }: SaveOptions, now: number): SQL[] {
  const ended = (change: SQL) => sql`UPDATE video_transcode_job SET ${change}, updated_at = ${now}
    WHERE job_id = ${fence.jobId}`;
  const endedAndMarked = (change: SQL) => [
    sql`WITH changed AS (${ended(change)} RETURNING file_id) ${markWaiting(sql`changed`)}`,
  ];
  switch (jobEnd.kind) {
    case "keep":
      return [];
    case "succeed":
      // The lease token stays on a succeeded job, to recognise a completion whose response was lost.
      return [
        ended(sql`state = 'SUCCEEDED', finished_at = ${now}, lease_expires_at = NULL, fail_code = NULL,
          fail_reason = NULL`),
      ];
    case "fail":
      return endedAndMarked(sql`state = 'FAILED', finished_at = ${now}, lease_token = NULL, lease_expires_at = NULL,
        fail_code = ${jobEnd.code}, fail_reason = ${jobEnd.reason}`);
    case "cancel":
      return endedAndMarked(cancelled(now));
    case "requeue":
      return endedAndMarked(sql`state = 'QUEUED', attempt = 0, run_after = ${now}, cancel_requested = false,
        stage = NULL, progress = NULL, fail_code = NULL, fail_reason = NULL, failed_verification = NULL,
        lease_owner = NULL, lease_token = NULL, lease_expires_at = NULL, started_at = NULL, finished_at = NULL`);
    default:
      return jobEnd satisfies never;
  }
}

/** The lease token stays, so that the holder learns of the cancellation and its objects are deleted. */
const cancelled = (now: number) =>
  sql`state = 'CANCELLED', cancel_requested = true, lease_expires_at = NULL, finished_at = ${now}`;

/** Jobs of a deleted post. */
export function cancelJobsOf(videoPostId: string, now: number): SQL[] {
  return [
    sql`UPDATE video_transcode_job SET ${cancelled(now)}, updated_at = ${now}
      WHERE video_post_id = ${videoPostId} AND ${LIVE_JOB}`,
  ];
}

/** Jobs of versions of parts that nothing plays any more. Their holders learn of it as of any cancellation. */
export function cancelJobsOfFiles(fileIds: readonly string[], now: number): SQL[] {
  if (fileIds.length === 0) return [];
  return [
    sql`UPDATE video_transcode_job SET ${cancelled(now)}, updated_at = ${now}
      WHERE file_id = ANY(${texts(fileIds)}) AND ${LIVE_JOB}`,
  ];
}

/** Their holders lose them with this save; the next holder finds them as after a clean stop. */
export function takeBackJobs(jobIds: readonly string[], now: number): SQL[] {
  if (jobIds.length === 0) return [];
  return [
    sql`WITH taken AS (UPDATE video_transcode_job SET ${returned(now)}
        WHERE job_id = ANY(${texts(jobIds)}) AND state = 'RUNNING' RETURNING file_id)
      ${markWaiting(sql`taken`)}`,
  ];
}

/** A job whose holder gives it back has its attempt again. */
export function returned(now: number): SQL {
  return sql`state = 'QUEUED', attempt = greatest(0, attempt - 1), run_after = ${now}, lease_token = NULL,
    lease_expires_at = NULL, updated_at = ${now}`;
}
