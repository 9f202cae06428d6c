import { type SQL, sql } from "drizzle-orm";
import type { EncoderJobPage, EncoderJobQuery, EncoderJobs } from "../../../application/ports/encoder-jobs.ts";
import type { EncoderJobState } from "../../../domain/encoder/encoder-job.ts";
import { encoderJobStateOf } from "../../rows/encoder-job-rows.ts";
import { encoderJobPage, JOBS_PER_PAGE_READ } from "../../rows/encoder-list-read.ts";
import type { Database } from "../database.ts";
import { IS_DELETED, rowOf, STATE_COLUMNS, type StoredEncoderJob, WITH_PART } from "./encoder-job-state.ts";
import { encoderJobRead } from "./indexed-read.ts";

export function d1EncoderJobs(db: Database): EncoderJobs {
  return {
    find: (jobId) => one(db, sql`e.job_id = ${jobId}`),
    ofPost: (videoPostId) => one(db, sql`e.video_post_id = ${videoPostId}`),
    list: (query) => list(db, query),
  };
}

async function one(db: Database, which: SQL): Promise<EncoderJobState | null> {
  const row = await db.get<StoredEncoderJob | undefined>(
    sql`SELECT ${STATE_COLUMNS} FROM encoder_job e ${WITH_PART} WHERE ${which}`,
  );
  return row === undefined ? null : encoderJobStateOf(rowOf(row));
}

type PageRow = StoredEncoderJob & { readonly matches: 0 | 1; readonly n: number };

async function list(db: Database, query: EncoderJobQuery): Promise<EncoderJobPage> {
  const { index, served, checked, order } = encoderJobRead(query);
  const matches = sql.join([sql`NOT ${IS_DELETED}`, ...checked], sql` AND `);
  const rows = await db.all<PageRow>(sql`WITH read AS (SELECT * FROM (
      SELECT e.job_id AS id, ${matches} AS matches, row_number() OVER (ORDER BY ${order}) AS n
      FROM encoder_job e INDEXED BY ${sql.raw(index)} ${WITH_PART}
      WHERE ${sql.join([...served], sql` AND `)} ORDER BY ${order} LIMIT ${JOBS_PER_PAGE_READ})
    WHERE matches OR n = ${JOBS_PER_PAGE_READ} LIMIT ${query.limit + 1})
    SELECT read.matches, read.n, ${STATE_COLUMNS} FROM read CROSS JOIN encoder_job e ON e.job_id = read.id ${WITH_PART}`);
  return encoderJobPage(
    rows.map((row) => ({ ...rowOf(row), matches: row.matches === 1, n: row.n })),
    query.limit,
  );
}
