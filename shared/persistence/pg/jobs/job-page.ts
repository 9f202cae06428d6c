import { type SQL, sql } from "drizzle-orm";
import type { JobPage, JobPageQuery, ListedJob } from "../../../application/ports/job-store.ts";
import { JOBS_PER_PAGE_READ, jobPageOf, type PageRow } from "../../rows/job-rows.ts";
import type { Database } from "../database.ts";

/** Reads ids alone; `find` reads the rows of the page, in the order of the ids. */
export async function jobPage(
  db: Database,
  { filter, before, limit }: JobPageQuery,
  find: (jobIds: readonly string[]) => Promise<readonly ListedJob[]>,
): Promise<JobPage> {
  const { served, checked } = readOf(filter);
  const older = before === null ? [] : [sql`job_id < ${before}`];
  // Numbered outside of the limit, so that no more rows are numbered than are read.
  const { rows } = await db.run(sql`SELECT * FROM (
      SELECT *, row_number() OVER (ORDER BY "jobId" DESC) AS n FROM (
        SELECT job_id AS "jobId", ${all(checked)} AS matches FROM video_transcode_job WHERE ${all([...served, ...older])}
        ORDER BY job_id DESC LIMIT ${JOBS_PER_PAGE_READ}) read) numbered
    WHERE matches OR n = ${JOBS_PER_PAGE_READ} ORDER BY n LIMIT ${limit + 1}`);
  return jobPageOf(rows as PageRow[], limit, find);
}

/** The most selective filter has an index that ends with the id; the others are checked for each row. */
function readOf({ videoPostId, state, kind }: JobPageQuery["filter"]) {
  const post = videoPostId === undefined ? [] : [sql`video_post_id = ${videoPostId}`];
  const states = state === undefined ? [] : [sql`state = ${state}`];
  const kinds = kind === undefined ? [] : [sql`kind = ${kind}`];
  if (post.length > 0) return { served: post, checked: [...states, ...kinds] };
  return { served: states, checked: kinds };
}

function all(conditions: readonly SQL[]): SQL {
  return conditions.length === 0 ? sql`true` : sql.join([...conditions], sql` AND `);
}
