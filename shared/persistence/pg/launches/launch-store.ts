import { sql } from "drizzle-orm";
import type { LaunchStore, WatchLaunches } from "../../../application/ports/launch-store.ts";
import { type LaunchPageRow, launchPageOf } from "../../rows/launch-page.ts";
import { type LaunchRow, newestLaunches, type WatchedRow, watchedLaunchOf } from "../../rows/launch-rows.ts";
import { columnsOf, type Database, rowOf, texts } from "../database.ts";
import { jobLaunch } from "../schema/launches.ts";
import { launchPageStatement } from "./launch-page.ts";
import { IS_UNCLAIMED, OPEN, settleLaunches } from "./settle-launches.ts";
import { takeLaunches } from "./take-launches.ts";

/** With the saves of job-statements.ts the only writer of job_launch and launch_rate. */
export function pgLaunchStore(db: Database): LaunchStore {
  return {
    hasWork: (now) => hasWork(db, now),
    take: (input) => takeLaunches(db, input),
    started: async ({ launchId, platformId, now }) => {
      const { rows } = await db.run(sql`UPDATE job_launch SET platform_id = ${platformId}, updated_at = ${now},
          state = CASE WHEN state = 'STARTING' AND EXISTS (SELECT FROM video_transcode_job j
            WHERE j.job_id = job_launch.runs_job_id AND j.state IN ('QUEUED', 'RETRY_WAIT', 'RUNNING'))
            THEN 'STARTED' ELSE 'STOPPING' END
        WHERE launch_id = ${launchId} AND platform_id IS NULL RETURNING state`);
      return rows[0]?.state === "STOPPING" ? "stop" : "started";
    },
    refused: async ({ launchId, cause, reason, nextAt, now }) => {
      await db.run(sql`UPDATE job_launch SET state = 'REFUSED', cause = ${cause}, reason = ${reason}, next_at = ${nextAt},
          updated_at = ${now}
        WHERE launch_id = ${launchId} AND platform_id IS NULL AND state IN ('STARTING', 'ENDED')`);
    },
    unanswered: async ({ launchId, reason, claimBy, now }) => {
      await db.run(sql`UPDATE job_launch SET reason = ${reason}, claim_by = least(claim_by, ${claimBy}::bigint),
          updated_at = ${now}
        WHERE launch_id = ${launchId} AND state = 'STARTING'`);
    },
    pause: async (platform, until) => {
      await db.run(sql`INSERT INTO launch_rate (platform, full_at, paused_until) VALUES (${platform}, 0, ${until})
        ON CONFLICT (platform) DO UPDATE SET paused_until = greatest(launch_rate.paused_until, excluded.paused_until)`);
    },
    watch: (input) => watch(db, input),
    ended: async ({ launchId, reason, exitCode, nextAt, now }) => {
      await db.run(sql`UPDATE job_launch SET state = 'ENDED', reason = coalesce(${reason}, reason),
          exit_code = ${exitCode}, next_at = ${nextAt}, updated_at = ${now}
        WHERE launch_id = ${launchId} AND ${OPEN}`);
    },
    delayed: async ({ launchId, reason, now }) => {
      const { changes } = await db.run(sql`UPDATE job_launch SET reason = ${reason}, updated_at = ${now}
        WHERE launch_id = ${launchId} AND ${OPEN} AND reason IS DISTINCT FROM ${reason}`);
      return changes > 0;
    },
    newestOf: (jobIds) => newestOf(db, jobIds),
    page: async (query) => {
      const { rows } = await db.run(launchPageStatement(query));
      return launchPageOf(rows as LaunchPageRow[], query.limit);
    },
  };
}

async function hasWork(db: Database, now: number): Promise<boolean> {
  const { rows } = await db.run(sql`SELECT 1 WHERE EXISTS (SELECT FROM job_launch WHERE ${OPEN})
    OR EXISTS (SELECT FROM video_transcode_job WHERE state IN ('QUEUED', 'RETRY_WAIT') AND run_after <= ${now})`);
  return rows.length > 0;
}

async function watch(db: Database, { now, startedBefore, askedBefore, limit }: WatchLaunches) {
  const results = await db.batch([
    settleLaunches(now),
    sql`WITH due AS (
        SELECT l.launch_id, j.job_id, j.video_post_id, j.file_id, j.state = 'RUNNING' AS is_claimed
        FROM job_launch l JOIN video_transcode_job j ON j.job_id = l.runs_job_id
        WHERE l.${OPEN} AND l.platform_id IS NOT NULL AND coalesce(l.asked_at, 0) <= ${askedBefore}
          AND (l.state = 'STOPPING' OR (l.state = 'STARTED' AND ${IS_UNCLAIMED} AND l.created_at <= ${startedBefore}))
        ORDER BY l.asked_at NULLS FIRST, l.created_at LIMIT ${limit} FOR UPDATE OF l)
      UPDATE job_launch l SET asked_at = ${now} FROM due WHERE l.launch_id = due.launch_id
      RETURNING l.launch_id AS "launchId", l.platform_id AS "platformId", l.state, due.job_id AS "jobId", l.tries,
        due.video_post_id AS "videoPostId", due.is_claimed AS "isClaimed",
        (SELECT f.file_index FROM video_file_post f WHERE f.id = due.file_id) AS "fileIndex"`,
  ]);
  return (results.at(-1)?.rows ?? []).map((row) => watchedLaunchOf(row as WatchedRow));
}

async function newestOf(db: Database, jobIds: readonly string[]) {
  if (jobIds.length === 0) return new Map();
  const asked = texts(jobIds);
  const columns = columnsOf(jobLaunch, "l");
  const { rows } = await db.run(sql`SELECT ${columns} FROM job_launch l WHERE l.job_id = ANY(${asked})
      AND l.number = (SELECT max(m.number) FROM job_launch m WHERE m.job_id = l.job_id)
    UNION SELECT ${columns} FROM job_launch l WHERE l.runs_job_id = ANY(${asked}) AND l.runs_job_id <> l.job_id`);
  return newestLaunches(
    rows.map((row) => rowOf(jobLaunch, row) as LaunchRow),
    jobIds,
  );
}
