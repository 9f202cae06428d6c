import { getTableColumns, sql } from "drizzle-orm";
import type {
  EndedLaunch,
  LaunchStore,
  RefusedLaunch,
  WatchLaunches,
} from "../../../application/ports/launch-store.ts";
import { type LaunchPageRow, launchPageOf } from "../../rows/launch-page.ts";
import { type LaunchRow, newestLaunches, type WatchedRow, watchedLaunchOf } from "../../rows/launch-rows.ts";
import { batched, type Database } from "../database.ts";
import { jobLaunch } from "../schema/launches.ts";
import { launchPageStatement } from "./launch-page.ts";
import { IS_UNCLAIMED, OPEN, settleLaunches } from "./settle-launches.ts";
import { takeLaunches } from "./take-launches.ts";

/** With the saves of job-statements.ts the only writer of job_launch and launch_rate. */
export function d1LaunchStore(db: Database): LaunchStore {
  return {
    hasWork: (now) => hasWork(db, now),
    take: (input) => takeLaunches(db, input),
    started: async ({ launchId, platformId, now }) => {
      const rows = await db.all<{ state: string }>(sql`UPDATE job_launch SET platform_id = ${platformId},
          updated_at = ${now}, state = CASE WHEN state = 'STARTING' AND EXISTS (SELECT 1 FROM video_transcode_job j
            WHERE j.job_id = job_launch.runs_job_id AND j.state IN ('QUEUED', 'RETRY_WAIT', 'RUNNING'))
            THEN 'STARTED' ELSE 'STOPPING' END
        WHERE launch_id = ${launchId} AND platform_id IS NULL RETURNING state`);
      return rows[0]?.state === "STOPPING" ? "stop" : "started";
    },
    refused: (launch) => refused(db, launch),
    unanswered: async ({ launchId, reason, claimBy, now }) => {
      await db.run(sql`UPDATE job_launch SET reason = ${reason}, claim_by = min(claim_by, ${claimBy}), updated_at = ${now}
        WHERE launch_id = ${launchId} AND state = 'STARTING'`);
    },
    pause: async (platform, until) => {
      await db.run(sql`INSERT INTO launch_rate (platform, full_at, paused_until) VALUES (${platform}, 0, ${until})
        ON CONFLICT (platform) DO UPDATE SET paused_until = max(launch_rate.paused_until, excluded.paused_until)`);
    },
    watch: (input) => watch(db, input),
    ended: (launch) => ended(db, launch),
    delayed: async ({ launchId, reason, now }) => {
      const { meta } = await db.run(sql`UPDATE job_launch SET reason = ${reason}, updated_at = ${now}
        WHERE launch_id = ${launchId} AND ${OPEN} AND reason IS NOT ${reason}`);
      return meta.changes > 0;
    },
    newestOf: (jobIds) => newestOf(db, jobIds),
    page: async (query) => launchPageOf(await db.all<LaunchPageRow>(launchPageStatement(query)), query.limit),
  };
}

async function hasWork(db: Database, now: number): Promise<boolean> {
  const rows = await db.all(sql`SELECT 1 WHERE EXISTS (SELECT 1 FROM job_launch WHERE ${OPEN})
    OR EXISTS (SELECT 1 FROM video_transcode_job WHERE state IN ('QUEUED', 'RETRY_WAIT') AND run_after <= ${now})`);
  return rows.length > 0;
}

async function refused(db: Database, { launchId, cause, reason, nextAt, now }: RefusedLaunch): Promise<void> {
  await db.run(sql`UPDATE job_launch SET state = 'REFUSED', cause = ${cause}, reason = ${reason}, next_at = ${nextAt},
      updated_at = ${now}
    WHERE launch_id = ${launchId} AND platform_id IS NULL AND state IN ('STARTING', 'ENDED')`);
}

async function watch(db: Database, { now, startedBefore, askedBefore, limit }: WatchLaunches) {
  const [, taken] = await db.batch([
    batched(db, settleLaunches(now)),
    batched(
      db,
      sql`UPDATE job_launch SET asked_at = ${now} WHERE launch_id IN (
          SELECT l.launch_id FROM job_launch l JOIN video_transcode_job j ON j.job_id = l.runs_job_id
          WHERE l.${OPEN} AND l.platform_id IS NOT NULL AND coalesce(l.asked_at, 0) <= ${askedBefore}
            AND (l.state = 'STOPPING' OR (l.state = 'STARTED' AND ${IS_UNCLAIMED} AND l.created_at <= ${startedBefore}))
          ORDER BY l.asked_at, l.created_at LIMIT ${limit})
        RETURNING launch_id AS launchId, platform_id AS platformId, state, runs_job_id AS jobId, tries,
          (SELECT j.video_post_id FROM video_transcode_job j WHERE j.job_id = runs_job_id) AS videoPostId,
          (SELECT f.file_index FROM video_transcode_job j JOIN video_file_post f ON f.id = j.file_id
            WHERE j.job_id = runs_job_id) AS fileIndex,
          (SELECT j.state = 'RUNNING' FROM video_transcode_job j WHERE j.job_id = runs_job_id) AS isClaimed`,
    ),
  ]);
  return (taken as unknown as { readonly results: readonly WatchedRow[] }).results.map(watchedLaunchOf);
}

async function ended(db: Database, { launchId, reason, exitCode, nextAt, now }: EndedLaunch): Promise<void> {
  await db.run(sql`UPDATE job_launch SET state = 'ENDED', reason = coalesce(${reason}, reason), exit_code = ${exitCode},
      next_at = ${nextAt}, updated_at = ${now}
    WHERE launch_id = ${launchId} AND ${OPEN}`);
}

async function newestOf(db: Database, jobIds: readonly string[]) {
  if (jobIds.length === 0) return new Map();
  const asked = sql`(SELECT value FROM json_each(${JSON.stringify(jobIds)}))`;
  const columns = sql.join(
    Object.entries(getTableColumns(jobLaunch)).map(
      ([property, { name }]) => sql`l.${sql.identifier(name)} AS ${sql.identifier(property)}`,
    ),
    sql`, `,
  );
  const rows = await db.all<LaunchRow>(sql`SELECT ${columns} FROM job_launch l WHERE l.job_id IN ${asked}
      AND l.number = (SELECT max(m.number) FROM job_launch m WHERE m.job_id = l.job_id)
    UNION SELECT ${columns} FROM job_launch l WHERE l.runs_job_id IN ${asked} AND l.runs_job_id <> l.job_id`);
  return newestLaunches(rows, jobIds);
}
