import { type SQL, sql } from "drizzle-orm";
import type { EncoderJobPage, EncoderJobQuery, EncoderJobs } from "../../../application/ports/encoder-jobs.ts";
import type { EncoderJobState } from "../../../domain/encoder-job.ts";
import type { Database } from "../database.ts";
import { type EncoderJobRow, IS_DELETED, STATE_COLUMNS, stateOf, WITH_PART } from "./encoder-job-state.ts";
import { encoderJobRead } from "./indexed-read.ts";

export function d1EncoderJobs(db: Database): EncoderJobs {
  return {
    find: (jobId) => one(db, sql`e.job_id = ${jobId}`),
    ofPost: (videoPostId) => one(db, sql`e.video_post_id = ${videoPostId}`),
    list: (query) => list(db, query),
  };
}

async function one(db: Database, which: SQL): Promise<EncoderJobState | null> {
  const row = await db.get<EncoderJobRow | undefined>(
    sql`SELECT ${STATE_COLUMNS} FROM encoder_job e ${WITH_PART} WHERE ${which}`,
  );
  return row === undefined ? null : stateOf(row);
}

/** The jobs that one page reads at most. */
export const JOBS_PER_PAGE_READ = 1000;

type PageRow = EncoderJobRow & { readonly matches: 0 | 1; readonly n: number };

/** The row at which the reading ends is returned too, whether it matches or not: the next page continues behind it. */
async function list(db: Database, query: EncoderJobQuery): Promise<EncoderJobPage> {
  const { index, served, checked, order } = encoderJobRead(query);
  const matches = sql.join([sql`NOT ${IS_DELETED}`, ...checked], sql` AND `);
  const rows = await db.all<PageRow>(sql`WITH read AS (SELECT * FROM (
      SELECT e.job_id AS id, ${matches} AS matches, row_number() OVER (ORDER BY ${order}) AS n
      FROM encoder_job e INDEXED BY ${sql.raw(index)} ${WITH_PART}
      WHERE ${sql.join([...served], sql` AND `)} ORDER BY ${order} LIMIT ${JOBS_PER_PAGE_READ})
    WHERE matches OR n = ${JOBS_PER_PAGE_READ} LIMIT ${query.limit + 1})
    SELECT read.matches, read.n, ${STATE_COLUMNS} FROM read CROSS JOIN encoder_job e ON e.job_id = read.id ${WITH_PART}`);
  const matching = rows.toSorted((a, b) => a.n - b.n).filter((row) => row.matches === 1);
  const items = matching.slice(0, query.limit);
  const end = rows.find(({ n }) => n === JOBS_PER_PAGE_READ);
  const next = matching.length > query.limit ? items.at(-1) : end;
  return { items: items.map(({ matches: _, n: __, ...row }) => stateOf(row)), next: next?.jobId ?? null };
}
