import { type SQL, sql } from "drizzle-orm";

/** In the words of the partial index. */
export const OPEN = sql`state IN ('STARTING','STARTED','STOPPING')`;

/** Of a launch `l` and the job `j` that its container works on: no container has claimed the job since. */
export const IS_UNCLAIMED = sql`j.claim_no = l.claim_no`;

/**
 * Gives up launches whose job was cancelled or has ended without them, and those that did not claim it in time; ends those
 * whose job has ended or has returned to the queue.
 */
export function settleLaunches(now: number): SQL {
  const isUnwanted = sql`(j.state = 'CANCELLED' OR (${IS_UNCLAIMED}
    AND (j.state IN ('SUCCEEDED', 'FAILED') OR l.claim_by <= ${now})))`;
  const isGivenUp = sql`CASE WHEN l.platform_id IS NOT NULL THEN 'STOPPING' WHEN l.claim_by <= ${now} THEN 'ENDED'
    ELSE l.state END`;
  return sql`UPDATE job_launch SET state = settled.state, updated_at = ${now},
      reason = coalesce(job_launch.reason, CASE WHEN settled.state = 'ENDED' AND job_launch.platform_id IS NULL
        THEN 'The platform did not answer.' END)
    FROM (SELECT l.launch_id, CASE
        WHEN l.state = 'STOPPING' THEN 'STOPPING'
        WHEN ${isUnwanted} THEN ${isGivenUp}
        WHEN ${IS_UNCLAIMED} OR j.state = 'RUNNING' THEN l.state
        ELSE 'ENDED' END AS state
      FROM job_launch l JOIN video_transcode_job j ON j.job_id = l.runs_job_id
      WHERE l.${OPEN}) AS settled
    WHERE job_launch.launch_id = settled.launch_id AND job_launch.state <> settled.state`;
}
