import { type SQL, sql } from "drizzle-orm";
import type { LaunchFilter, LaunchPageQuery } from "../../../application/ports/launch-store.ts";
import { LAUNCHES_PER_PAGE_READ } from "../../rows/launch-page.ts";

export function launchPageStatement({ filter, before, limit }: LaunchPageQuery): SQL {
  const older = before === null ? [sql`true`] : [sql`launch_id < ${before}`];
  const conditions = [...older, ...ofJob(filter)];
  const matches = filter.state === undefined ? sql`true` : sql`state = ${filter.state}`;
  return sql`SELECT ${COLUMNS}, matches, n FROM (
      SELECT launches.*, ${matches} AS matches, row_number() OVER (ORDER BY launch_id DESC) AS n FROM (
        SELECT * FROM job_launch WHERE ${sql.join(conditions, sql` AND `)}
        ORDER BY launch_id DESC LIMIT ${LAUNCHES_PER_PAGE_READ}) AS launches) AS numbered
    WHERE matches OR n = ${LAUNCHES_PER_PAGE_READ} ORDER BY n LIMIT ${limit + 1}`;
}

function ofJob({ jobId }: LaunchFilter): SQL[] {
  if (jobId === undefined) return [];
  return [
    sql`launch_id IN (SELECT launch_id FROM job_launch WHERE job_id = ${jobId}
      UNION SELECT launch_id FROM job_launch WHERE runs_job_id = ${jobId})`,
  ];
}

const COLUMNS =
  sql.raw(`launch_id AS "launchId", job_id AS "jobId", runs_job_id AS "runsJobId", number, state, platform,
  region, platform_id AS "platformId", cause, reason, exit_code AS "exitCode", created_at AS "createdAt",
  updated_at AS "updatedAt"`);
