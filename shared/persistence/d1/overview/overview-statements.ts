import { type SQL, sql } from "drizzle-orm";
import type { ReadOverview } from "../../../application/ports/overview-figures.ts";
import { earliestUuidV7 } from "../../../lib/random-id.ts";

/*
 * Each statement reads the newest entries of one index, up to a limit, and groups those.
 */

export function overviewStatements(input: ReadOverview): readonly SQL[] {
  return [
    endedJobs(input),
    timesOfStages(input),
    jobsInStates(input),
    oldestDueJob(input),
    launchesByState(input),
    reasonsOfLaunches(input),
    storedBytes(input),
  ];
}

const HOUR_MS = sql.raw("3600000");

function newestEnded({ from, limits }: ReadOverview): SQL {
  return sql`SELECT finished_at, kind, state, fail_code, started_at, run_after
    FROM video_transcode_job INDEXED BY video_transcode_job_ended WHERE finished_at >= ${from}
    ORDER BY finished_at DESC LIMIT ${limits.endedJobs}`;
}

function endedJobs(input: ReadOverview): SQL {
  return sql`WITH ended AS (${newestEnded(input)})
    SELECT finished_at - finished_at % ${HOUR_MS} AS hour, kind, state, fail_code AS failCode,
      count(*) AS count, min(finished_at) AS oldestAt
    FROM ended GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`;
}

/** A job that has waited between attempts was due again after its first claim: its first wait is not known. */
function timesOfStages(input: ReadOverview): SQL {
  return sql`WITH ended AS (${newestEnded(input)}),
    measured AS (
      SELECT kind, 'WAITING' AS stage, started_at - run_after AS ms FROM ended WHERE run_after <= started_at
      UNION ALL
      SELECT kind, 'RUNNING' AS stage, finished_at - started_at AS ms FROM ended
        WHERE state = 'SUCCEEDED' AND started_at IS NOT NULL),
    ranked AS (
      SELECT kind, stage, ms, row_number() OVER (PARTITION BY kind, stage ORDER BY ms) AS n,
        count(*) OVER (PARTITION BY kind, stage) AS jobs FROM measured)
    SELECT kind, stage, max(jobs) AS jobs, min(CASE WHEN n * 100 >= jobs * 50 THEN ms END) AS medianMs,
      min(CASE WHEN n * 100 >= jobs * 95 THEN ms END) AS p95Ms
    FROM ranked GROUP BY kind, stage ORDER BY kind DESC, stage DESC`;
}

function jobsInStates({ limits }: ReadOverview): SQL {
  const count = (state: string) => sql`(SELECT count(*) FROM (SELECT job_id FROM video_transcode_job
    INDEXED BY video_transcode_job_state WHERE state = ${state} LIMIT ${limits.jobsInState}) AS counted)`;
  return sql`SELECT ${count("QUEUED")} AS QUEUED, ${count("RUNNING")} AS RUNNING,
    ${count("RETRY_WAIT")} AS RETRY_WAIT, ${count("FAILED")} AS FAILED`;
}

function oldestDueJob({ now }: ReadOverview): SQL {
  return sql`SELECT job_id AS jobId, video_post_id AS videoPostId, kind, run_after AS dueSince
    FROM video_transcode_job INDEXED BY video_transcode_job_due WHERE state = 'QUEUED' AND run_after <= ${now}
    ORDER BY run_after, job_id LIMIT 1`;
}

/** Their ids begin with their time. */
const newestLaunches = ({ from, limits }: ReadOverview) => sql`SELECT state, cause, reason, created_at
  FROM job_launch WHERE launch_id >= ${earliestUuidV7(from)} ORDER BY launch_id DESC LIMIT ${limits.launches}`;

function launchesByState(input: ReadOverview): SQL {
  return sql`WITH newest AS (${newestLaunches(input)})
    SELECT state, cause, count(*) AS count, min(created_at) AS oldestAt
    FROM newest GROUP BY state, cause ORDER BY 3 DESC, state, cause`;
}

function reasonsOfLaunches(input: ReadOverview): SQL {
  return sql`WITH newest AS (${newestLaunches(input)})
    SELECT reason, count(*) AS count FROM newest WHERE reason IS NOT NULL
    GROUP BY reason ORDER BY 2 DESC, 1 LIMIT ${input.limits.reasons}`;
}

/** One more post than the limit shows whether there are more. */
function storedBytes({ limits }: ReadOverview): SQL {
  const ofVariants = (jobColumn: SQL) => sql`coalesce((SELECT sum(v.bytes) FROM video_hls_abr_variant v
    WHERE v.file_id = f.id AND v.transcode_job_id = ${jobColumn}), 0)`;
  const total = (name: string) => sql`sum(${sql.raw(name)}) OVER ()`;
  return sql`WITH listed AS (
      SELECT id, title, resource_type, row_number() OVER (ORDER BY id DESC) AS n FROM (
        SELECT id, title, resource_type FROM video_post INDEXED BY video_post_live WHERE deleted_at IS NULL
        ORDER BY id DESC LIMIT ${limits.posts + 1}) AS newest),
    sized AS (
      SELECT p.id, p.title, p.resource_type,
        coalesce(sum((SELECT u.size FROM upload_session u WHERE u.upload_id = f.upload_id)), 0) AS source_bytes,
        coalesce(sum(${ofVariants(sql`f.file_path_job_id`)}), 0) AS clear_bytes,
        coalesce(sum(${ofVariants(sql`f.enc_path_job_id`)}), 0) AS encrypted_bytes
      FROM listed p LEFT JOIN video_file_post f
        ON f.video_id = p.id AND f.version_state IN ('PRESENT', 'NEXT')
      WHERE p.n <= ${limits.posts} GROUP BY p.id, p.title, p.resource_type)
    SELECT id AS videoPostId, title, resource_type AS resourceType, source_bytes AS sourceBytes,
      clear_bytes AS clearBytes, encrypted_bytes AS encryptedBytes,
      count(*) OVER () AS posts, ${total("source_bytes")} AS allSourceBytes,
      ${total("clear_bytes")} AS allClearBytes, ${total("encrypted_bytes")} AS allEncryptedBytes,
      (SELECT max(n) FROM listed) > ${limits.posts} AS isCut
    FROM sized ORDER BY source_bytes + clear_bytes + encrypted_bytes DESC, id DESC LIMIT ${limits.largestPosts}`;
}
