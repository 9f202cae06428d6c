import { type SQL, sql } from "drizzle-orm";
import type { JobPage, JobPageQuery, ListedJob } from "../../../application/ports/job-store.ts";
import { JOBS_PER_PAGE_READ, jobPageOf } from "../../rows/job-rows.ts";
import type { Database } from "../database.ts";

/** Above every id: without a bound the index would be scanned instead of searched. */
const BEHIND_ALL = "~";

/** Reads ids alone; `find` reads the rows of the page, in the order of the ids. */
export async function jobPage(
  db: Database,
  { filter, before, limit }: JobPageQuery,
  find: (jobIds: readonly string[]) => Promise<readonly ListedJob[]>,
): Promise<JobPage> {
  const { index, served, checked } = readOf(filter);
  const conditions = [...served, sql`job_id < ${before ?? BEHIND_ALL}`];
  const rows = await db.all<{ jobId: string; matches: 0 | 1; n: number }>(sql`SELECT * FROM (
      SELECT job_id AS jobId, ${all(checked)} AS matches, row_number() OVER (ORDER BY job_id DESC) AS n
      FROM video_transcode_job INDEXED BY ${sql.raw(index)} WHERE ${all(conditions)}
      ORDER BY job_id DESC LIMIT ${JOBS_PER_PAGE_READ})
    WHERE matches OR n = ${JOBS_PER_PAGE_READ} LIMIT ${limit + 1}`);
  const read = rows.map((row) => ({ ...row, matches: row.matches === 1 }));
  return jobPageOf(read, limit, find);
}

/** The index of the most selective filter; all end with the id. The other filters are checked for each row. */
function readOf({ videoPostId, state, kind }: JobPageQuery["filter"]) {
  const post = videoPostId === undefined ? [] : [sql`video_post_id = ${videoPostId}`];
  const states = state === undefined ? [] : [sql`state = ${state}`];
  const kinds = kind === undefined ? [] : [sql`kind = ${kind}`];
  if (post.length > 0) return { index: "video_transcode_job_post", served: post, checked: [...states, ...kinds] };
  if (states.length > 0) return { index: "video_transcode_job_state", served: states, checked: kinds };
  return { index: "sqlite_autoindex_video_transcode_job_1", served: [], checked: kinds };
}

function all(conditions: readonly SQL[]): SQL {
  return conditions.length === 0 ? sql`1` : sql.join([...conditions], sql` AND `);
}
