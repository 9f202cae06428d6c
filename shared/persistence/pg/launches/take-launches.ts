import { type SQL, sql } from "drizzle-orm";
import type { TakeLaunches } from "../../../application/ports/launch-store.ts";
import { MOST_TIMEOUT_DOUBLINGS } from "../../../domain/job/job-launch.ts";
import { type TakenRow, takenLaunchOf } from "../../rows/launch-rows.ts";
import { lockOf } from "../advisory-locks.ts";
import { type Database, texts } from "../database.ts";
import { OPEN, settleLaunches } from "./settle-launches.ts";

/** One taker at a time: the room is counted in rows that another one may be adding. */
export async function takeLaunches(db: Database, input: TakeLaunches) {
  if (input.launchIds.length === 0) return [];
  const results = await db.batch([
    lockOf("launches"),
    settleLaunches(input.now),
    insertLaunches(input),
    countLaunches(input),
    selectTaken(input),
  ]);
  return (results.at(-1)?.rows ?? []).map((row) => takenLaunchOf(row as TakenRow));
}

/** A backoff counts from the time since which the job is due: an operator's retry does not wait for it. */
const isDue = (now: number) => sql`j.state IN ('QUEUED', 'RETRY_WAIT') AND j.run_after <= ${now}
  AND coalesce(j.launch_after, 0) <= ${now}
  AND NOT EXISTS (SELECT 1 FROM job_launch l WHERE l.runs_job_id = j.job_id
    AND (l.state IN ('STARTING', 'STARTED') OR (l.next_at > ${now} AND l.created_at >= j.run_after)))`;

/** Of a launch that no claim followed: nothing changes it after it was given up, except its stop. */
const RAN_OUT = sql`l.platform_id IS NOT NULL AND l.updated_at >= l.claim_by`;

function insertLaunches(input: TakeLaunches): SQL {
  const { launchIds, now, platform, regions, timeoutMs } = input;
  const capacity = sql`(SELECT count(*) FROM job_launch l WHERE l.job_id = due.job_id AND l.cause = 'capacity')`;
  const region =
    regions.length === 0 ? sql`NULL` : sql`(${texts(regions)})[1 + ${capacity} % ${regions.length}::bigint]`;
  return sql`INSERT INTO job_launch (launch_id, job_id, runs_job_id, claim_no, number, tries, state, platform, region,
      created_at, updated_at, claim_by)
    SELECT (${texts(launchIds)})[row_number() OVER (ORDER BY due.run_after, due.job_id)],
      due.job_id, due.job_id, due.claim_no,
      1 + coalesce((SELECT max(l.number) FROM job_launch l WHERE l.job_id = due.job_id), 0),
      1 + (SELECT count(*) FROM job_launch l
        WHERE l.job_id = due.job_id AND l.claim_no = due.claim_no AND l.created_at >= due.run_after),
      'STARTING', ${platform}, ${region}, ${now}::bigint, ${now}::bigint,
      ${now}::bigint + ${timeoutMs}::bigint * (1 << least(${MOST_TIMEOUT_DOUBLINGS}::bigint,
        (SELECT count(*) FROM job_launch l WHERE l.job_id = due.job_id AND l.claim_no = due.claim_no
          AND l.created_at >= due.run_after AND ${RAN_OUT}))::integer)
    FROM (SELECT j.job_id, j.claim_no, j.run_after FROM video_transcode_job j WHERE ${isDue(now)}
      ORDER BY j.state, j.run_after, j.job_id LIMIT ${room(input)}) AS due`;
}

function room({ launchIds, now, platform, maxInFlight, rate }: TakeLaunches): SQL {
  const full = sql`coalesce((SELECT r.full_at FROM launch_rate r WHERE r.platform = ${platform}), 0)`;
  const rated =
    rate === null
      ? sql`${launchIds.length}::bigint`
      : sql`(${now + rate.burst * rate.intervalMs}::bigint - greatest(${now}::bigint, ${full})) / ${rate.intervalMs}::bigint`;
  return sql`(SELECT greatest(0, CASE
    WHEN EXISTS (SELECT 1 FROM launch_rate r WHERE r.platform = ${platform} AND r.paused_until > ${now}) THEN 0
    ELSE least(${launchIds.length}::bigint,
      ${maxInFlight}::bigint - (SELECT count(*) FROM job_launch WHERE ${OPEN}), ${rated}) END))`;
}

const isTaken = ({ launchIds }: TakeLaunches) => sql`launch_id = ANY(${texts(launchIds)})`;

function countLaunches(input: TakeLaunches): SQL {
  const { now, platform, rate } = input;
  const intervalMs = sql`${rate?.intervalMs ?? 0}::bigint`;
  return sql`INSERT INTO launch_rate (platform, full_at, paused_until)
    SELECT ${platform}, ${now}::bigint + count(*) * ${intervalMs}, 0 FROM job_launch WHERE ${isTaken(input)}
      HAVING count(*) * ${intervalMs} > 0
    ON CONFLICT (platform) DO UPDATE
      SET full_at = greatest(launch_rate.full_at, ${now}::bigint) + excluded.full_at - ${now}::bigint`;
}

const selectTaken = (input: TakeLaunches) => sql`SELECT l.launch_id AS "launchId", l.job_id AS "jobId",
    j.video_post_id AS "videoPostId", j.file_id AS "fileId", f.file_index AS "fileIndex", l.region, l.tries, j.kind,
    (SELECT count(*) FROM job_launch c WHERE c.job_id = l.job_id AND c.cause = 'capacity') AS "capacityRefusals",
    (SELECT p.reason FROM job_launch p WHERE p.job_id = l.job_id AND p.number = l.number - 1) AS "lastReason",
    f.file_size AS bytes, f.duration AS seconds, f.probe, f.source_url AS "sourceUrl", f.source_kek_id AS "sourceKekId"
  FROM job_launch l JOIN video_transcode_job j ON j.job_id = l.job_id LEFT JOIN video_file_post f ON f.id = j.file_id
  WHERE l.${isTaken(input)} ORDER BY l.created_at, l.launch_id`;
