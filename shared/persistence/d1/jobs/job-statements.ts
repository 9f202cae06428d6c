import { type SQL, sql } from "drizzle-orm";
import type { MissingJob } from "../../../application/ports/job-store.ts";
import type { SaveOptions } from "../../../application/ports/video-post-repository.ts";
import type { JobKind, JobRules, NewJob } from "../../../domain/transcode-job.ts";
import { lacksJob } from "./pending-work-queries.ts";

/*
 * Statements on jobs that travel in the batch of somebody else's save. With job-store.ts they are the only writers of
 * video_transcode_job and of update_type.
 */

/**
 * New jobs of a post. The claim number goes on from earlier jobs of the same part and kind, since it names prefixes
 * that must never be used twice. A live job of the same kind is left as it is.
 */
export function insertJobs(videoPostId: string, jobs: readonly NewJob[], rules: JobRules, now: number): SQL[] {
  return jobs.flatMap(({ jobId, fileId, kind }) => [
    sql`INSERT INTO video_transcode_job
        (job_id, video_post_id, file_id, kind, state, claim_no, attempt, max_attempts, run_after, cancel_requested, created_at, updated_at)
      SELECT ${jobId}, ${videoPostId}, ${fileId}, ${kind}, 'QUEUED',
        coalesce((SELECT max(claim_no) FROM video_transcode_job WHERE file_id = ${fileId} AND kind = ${kind}), 0),
        0, ${rules.maxAttempts}, ${now}, 0, ${now}, ${now}
      WHERE true ON CONFLICT DO NOTHING`,
    // Where a live job stood in the way, its holder's NO_UPDATE stands too.
    sql`UPDATE video_file_post SET update_type = 'HAS_UPDATE'
      WHERE id = ${fileId} AND EXISTS (SELECT 1 FROM video_transcode_job WHERE job_id = ${jobId})`,
  ]);
}

/** Jobs of one kind for those of the parts that still lack one. */
export function insertMissing(parts: readonly MissingJob[], kind: JobKind, now: number, rules: JobRules): SQL {
  const wanted = parts.filter((part) => part.kind === kind).map(({ jobId, fileId }) => [jobId, fileId]);
  return sql`INSERT INTO video_transcode_job
      (job_id, video_post_id, file_id, kind, state, claim_no, attempt, max_attempts, run_after, cancel_requested, created_at, updated_at)
    SELECT json_extract(m.value, '$[0]'), f.video_id, f.id, ${kind}, 'QUEUED',
      coalesce((SELECT max(claim_no) FROM video_transcode_job WHERE file_id = f.id AND kind = ${kind}), 0),
      0, ${rules.maxAttempts}, ${now}, 0, ${now}, ${now}
    FROM json_each(${JSON.stringify(wanted)}) m
    JOIN video_file_post f ON f.id = json_extract(m.value, '$[1]')
    JOIN video_post p ON p.id = f.video_id
    WHERE ${lacksJob(kind)} ON CONFLICT DO NOTHING`;
}

/** The end of the job that a fenced save records. The fence has been checked by the first statement of the batch. */
export function endJob({ fence, jobEnd }: SaveOptions, now: number): SQL[] {
  switch (jobEnd.kind) {
    case "keep":
      return [];
    case "succeed":
      // The lease token stays on a job that succeeded, so that a completion whose reply was lost is recognised.
      return [
        sql`UPDATE video_transcode_job SET state = 'SUCCEEDED', finished_at = ${now}, updated_at = ${now},
          lease_expires_at = NULL, fail_reason = NULL WHERE job_id = ${fence.jobId}`,
      ];
    case "fail":
      return [
        sql`UPDATE video_transcode_job SET state = 'FAILED', finished_at = ${now}, updated_at = ${now},
          lease_token = NULL, lease_expires_at = NULL, fail_reason = ${jobEnd.reason} WHERE job_id = ${fence.jobId}`,
        sql`UPDATE video_file_post SET update_type = 'HAS_UPDATE'
          WHERE id = (SELECT file_id FROM video_transcode_job WHERE job_id = ${fence.jobId})`,
      ];
    case "cancel":
      return [
        sql`UPDATE video_transcode_job SET ${cancelled(now)} WHERE job_id = ${fence.jobId}`,
        sql`UPDATE video_file_post SET update_type = 'HAS_UPDATE'
          WHERE id = (SELECT file_id FROM video_transcode_job WHERE job_id = ${fence.jobId})`,
      ];
    case "requeue":
      return [
        sql`UPDATE video_transcode_job SET state = 'QUEUED', attempt = 0, run_after = ${now}, cancel_requested = 0,
          stage = NULL, progress = NULL, fail_reason = NULL, failed_verification = NULL, lease_owner = NULL, lease_token = NULL,
          lease_expires_at = NULL, started_at = NULL, finished_at = NULL, updated_at = ${now}
          WHERE job_id = ${fence.jobId}`,
        sql`UPDATE video_file_post SET update_type = 'HAS_UPDATE'
          WHERE id = (SELECT file_id FROM video_transcode_job WHERE job_id = ${fence.jobId})`,
      ];
    default:
      return jobEnd satisfies never;
  }
}

/** The lease token stays, so that the holder is told to stop and what it has stored is deleted. */
const cancelled = (now: number) =>
  sql`state = 'CANCELLED', cancel_requested = 1, lease_expires_at = NULL, finished_at = ${now}, updated_at = ${now}`;

/** What goes with a deleted post. */
export function cancelJobsOf(videoPostId: string, now: number): SQL[] {
  return [
    sql`UPDATE video_transcode_job SET ${cancelled(now)}
      WHERE video_post_id = ${videoPostId} AND state IN ('QUEUED', 'RUNNING', 'RETRY_WAIT')`,
  ];
}

/** Their holders have lost them from this save on; for the next one everything is as after a clean stop. */
export function takeBackJobs(jobIds: readonly string[], now: number): SQL[] {
  if (jobIds.length === 0) return [];
  const theirs = sql`job_id IN (SELECT value FROM json_each(${JSON.stringify(jobIds)}))`;
  return [
    sql`UPDATE video_file_post SET update_type = 'HAS_UPDATE'
      WHERE id IN (SELECT file_id FROM video_transcode_job WHERE ${theirs} AND state = 'RUNNING')`,
    sql`UPDATE video_transcode_job SET state = 'QUEUED', attempt = max(0, attempt - 1), run_after = ${now},
      lease_token = NULL, lease_expires_at = NULL, updated_at = ${now} WHERE ${theirs} AND state = 'RUNNING'`,
  ];
}
