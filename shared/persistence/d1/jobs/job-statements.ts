import { type SQL, sql } from "drizzle-orm";
import type { MissingJob } from "../../../application/ports/job-store.ts";
import type { SaveOptions } from "../../../application/ports/video-post-repository.ts";
import type { JobKind, JobRules, NewJob } from "../../../domain/job/transcode-job.ts";
import { lacksJob } from "./pending-work-queries.ts";

/*
 * Statements on jobs that are part of a save's batch. With job-store.ts they are the only writers of
 * video_transcode_job and of update_type.
 */

/**
 * New jobs of a post. The claim number continues from earlier jobs of the same part and kind, because it names prefixes
 * that must never repeat. A live job of the same kind is kept.
 */
export function insertJobs(videoPostId: string, jobs: readonly NewJob[], rules: JobRules, now: number): SQL[] {
  return jobs.flatMap(({ jobId, fileId, kind, launchAfter = null }) => [
    sql`INSERT INTO video_transcode_job
        (job_id, video_post_id, file_id, kind, state, claim_no, attempt, max_attempts, run_after, launch_after, cancel_requested, created_at, updated_at)
      SELECT ${jobId}, ${videoPostId}, ${fileId}, ${kind}, 'QUEUED',
        coalesce((SELECT max(claim_no) FROM video_transcode_job WHERE file_id = ${fileId} AND kind = ${kind}), 0),
        0, ${rules.maxAttempts}, ${now}, ${launchAfter}, 0, ${now}, ${now}
      WHERE true ON CONFLICT DO NOTHING`,
    // The holder of a live job keeps its NO_UPDATE too.
    sql`UPDATE video_file_post SET update_type = 'HAS_UPDATE'
      WHERE id = ${fileId} AND EXISTS (SELECT 1 FROM video_transcode_job WHERE job_id = ${jobId})`,
    ...(launchAfter === null ? [] : [moveLaunches(jobId, launchAfter)]),
  ]);
}

/** The container of the job before, of the same part, works on this one next. */
function moveLaunches(jobId: string, claimBy: number): SQL {
  return sql`UPDATE job_launch SET runs_job_id = next.job_id, claim_no = next.claim_no, claim_by = ${claimBy}
    FROM video_transcode_job next JOIN video_transcode_job before ON before.file_id = next.file_id
    WHERE next.job_id = ${jobId} AND before.job_id <> next.job_id AND job_launch.runs_job_id = before.job_id
      AND job_launch.state IN ('STARTING','STARTED','STOPPING')`;
}

/** Jobs of one kind for those parts that still lack one. */
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

/** Ends the job of a fenced save. The first statement of the batch has checked the fence. */
export function endJob({ fence, jobEnd }: SaveOptions, now: number): SQL[] {
  switch (jobEnd.kind) {
    case "keep":
      return [];
    case "succeed":
      // The lease token stays on a succeeded job, to recognise a completion whose response was lost.
      return [
        sql`UPDATE video_transcode_job SET state = 'SUCCEEDED', finished_at = ${now}, updated_at = ${now},
          lease_expires_at = NULL, fail_code = NULL, fail_reason = NULL
          WHERE job_id = ${fence.jobId}`,
      ];
    case "fail":
      return [
        sql`UPDATE video_transcode_job SET state = 'FAILED', finished_at = ${now}, updated_at = ${now},
          lease_token = NULL, lease_expires_at = NULL, fail_code = ${jobEnd.code}, fail_reason = ${jobEnd.reason}
          WHERE job_id = ${fence.jobId}`,
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
          stage = NULL, progress = NULL, fail_code = NULL, fail_reason = NULL, failed_verification = NULL,
          lease_owner = NULL, lease_token = NULL,
          lease_expires_at = NULL, started_at = NULL, finished_at = NULL, updated_at = ${now}
          WHERE job_id = ${fence.jobId}`,
        sql`UPDATE video_file_post SET update_type = 'HAS_UPDATE'
          WHERE id = (SELECT file_id FROM video_transcode_job WHERE job_id = ${fence.jobId})`,
      ];
    default:
      return jobEnd satisfies never;
  }
}

/** The lease token stays, so that the holder learns of the cancellation and its objects are deleted. */
const cancelled = (now: number) =>
  sql`state = 'CANCELLED', cancel_requested = 1, lease_expires_at = NULL, finished_at = ${now}, updated_at = ${now}`;

/** Jobs of a deleted post. */
export function cancelJobsOf(videoPostId: string, now: number): SQL[] {
  return [
    sql`UPDATE video_transcode_job SET ${cancelled(now)}
      WHERE video_post_id = ${videoPostId} AND state IN ('QUEUED', 'RUNNING', 'RETRY_WAIT')`,
  ];
}

/** Jobs of versions of parts that nothing plays any more. Their holders learn of it as of any cancellation. */
export function cancelJobsOfFiles(fileIds: readonly string[], now: number): SQL[] {
  if (fileIds.length === 0) return [];
  return [
    sql`UPDATE video_transcode_job SET ${cancelled(now)}
      WHERE file_id IN (SELECT value FROM json_each(${JSON.stringify(fileIds)}))
        AND state IN ('QUEUED', 'RUNNING', 'RETRY_WAIT')`,
  ];
}

/** Their holders lose them with this save; the next holder finds them as after a clean stop. */
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
