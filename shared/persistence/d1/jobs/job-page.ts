import { type SQL, sql } from "drizzle-orm";
import type { JobPage, JobPageQuery, ListedJob } from "../../../application/ports/job-store.ts";
import type { Database } from "../database.ts";

/** The jobs that one page reads at most: a page of a rare combination of filters ends after this many. */
export const JOBS_PER_PAGE_READ = 1000;

/** Above every id: without a bound the index would be scanned instead of searched. */
const BEHIND_ALL = "~";

type Row = { readonly jobId: string; readonly matches: 0 | 1; readonly n: number };

/** Reads ids alone; `find` reads the rows of the page, in the order of the ids. */
export async function jobPage(
  db: Database,
  { filter, before, limit }: JobPageQuery,
  find: (jobIds: readonly string[]) => Promise<readonly ListedJob[]>,
): Promise<JobPage> {
  const { index, served, checked } = readOf(filter);
  const conditions = [...served, sql`job_id < ${before ?? BEHIND_ALL}`];
  const rows = await db.all<Row>(sql`SELECT * FROM (
      SELECT job_id AS jobId, ${all(checked)} AS matches, row_number() OVER (ORDER BY job_id DESC) AS n
      FROM video_transcode_job INDEXED BY ${sql.raw(index)} WHERE ${all(conditions)}
      ORDER BY job_id DESC LIMIT ${JOBS_PER_PAGE_READ})
    WHERE matches OR n = ${JOBS_PER_PAGE_READ} LIMIT ${limit + 1}`);
  const matching = rows.filter(({ matches }) => matches === 1);
  const shown = matching.slice(0, limit);
  const end = rows.find(({ n }) => n === JOBS_PER_PAGE_READ);
  const next = matching.length > limit ? shown.at(-1) : end;
  return { items: await find(shown.map(({ jobId }) => jobId)), next: next?.jobId ?? null };
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
