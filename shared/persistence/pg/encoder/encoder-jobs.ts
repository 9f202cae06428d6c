import { type SQL, sql } from "drizzle-orm";
import type { EncoderJobPage, EncoderJobQuery, EncoderJobs } from "../../../application/ports/encoder-jobs.ts";
import type { EncoderJobState } from "../../../domain/encoder/encoder-job.ts";
import { type EncoderJobRow, encoderJobStateOf } from "../../rows/encoder-job-rows.ts";
import { type EncoderPageRow, encoderJobPage, JOBS_PER_PAGE_READ } from "../../rows/encoder-list-read.ts";
import type { Database } from "../database.ts";
import { IS_DELETED, STATE_COLUMNS, WITH_PART } from "./encoder-job-state.ts";
import { encoderJobRead } from "./ordered-read.ts";

export function pgEncoderJobs(db: Database): EncoderJobs {
  return {
    find: (jobId) => one(db, sql`e.job_id = ${jobId}`),
    ofPost: (videoPostId) => one(db, sql`e.video_post_id = ${videoPostId}`),
    list: (query) => list(db, query),
  };
}

async function one(db: Database, which: SQL): Promise<EncoderJobState | null> {
  const { rows } = await db.run(sql`SELECT ${STATE_COLUMNS} FROM encoder_job e ${WITH_PART} WHERE ${which}`);
  const [row] = rows as unknown as readonly EncoderJobRow[];
  return row === undefined ? null : encoderJobStateOf(row);
}

/**
 * OFFSET keeps the planner from taking the conditions for part of the join: it would expect them to leave nothing, and
 * read all posts and parts to find out.
 */
async function list(db: Database, query: EncoderJobQuery): Promise<EncoderJobPage> {
  const { served, checked, order } = encoderJobRead(query);
  const matches = sql.join([sql`NOT ${IS_DELETED}`, ...checked], sql` AND `);
  const { rows } = await db.run(sql`SELECT ${STATE_COLUMNS}, matches, n FROM (
      SELECT e.*, row_number() OVER (ORDER BY ${order}) AS n FROM encoder_job e
      WHERE ${sql.join([...served], sql` AND `)} ORDER BY ${order} LIMIT ${JOBS_PER_PAGE_READ}) AS e ${WITH_PART}
    CROSS JOIN LATERAL (SELECT ${matches} AS matches OFFSET 0) AS looked
    WHERE matches OR n = ${JOBS_PER_PAGE_READ} ORDER BY ${order} LIMIT ${query.limit + 1}`);
  return encoderJobPage(rows as unknown as readonly EncoderPageRow[], query.limit);
}
