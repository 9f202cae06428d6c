import { type SQL, sql } from "drizzle-orm";
import type { VideoPostPage, VideoPostQueries, VideoPostQuery } from "../../../application/ports/video-post-queries.ts";
import { POSTS_PER_PAGE_READ, type PostRow, postPage } from "../../rows/post-page.ts";
import type { Database } from "../database.ts";
import { indexedRead } from "./indexed-read.ts";

export function d1VideoPostQueries(db: Database): VideoPostQueries {
  return { list: (query) => list(db, query) };
}

const COLUMNS = sql.raw(`id AS videoPostId, author_id AS authorId, title, slug, resource_type AS resourceType, status,
  duration AS durationSeconds, created_at AS createdAt, updated_at AS updatedAt, published_at AS publishedAt,
  title_folded AS titleFolded`);

type Row = Omit<PostRow, "matches"> & { readonly matches: 0 | 1 };

async function list(db: Database, query: VideoPostQuery): Promise<VideoPostPage> {
  const { index, served, checked, order } = indexedRead(query.filter, query.after);
  const rows = await db.all<Row>(sql`SELECT * FROM (
      SELECT ${COLUMNS}, ${all(checked)} AS matches, row_number() OVER (ORDER BY ${order}) AS n
      FROM video_post INDEXED BY ${sql.raw(index)} WHERE ${all(served)} ORDER BY ${order} LIMIT ${POSTS_PER_PAGE_READ})
    WHERE matches OR n = ${POSTS_PER_PAGE_READ} LIMIT ${query.limit + 1}`);
  return postPage(
    rows.map((row) => ({ ...row, matches: row.matches === 1 })),
    query,
  );
}

function all(conditions: readonly SQL[]): SQL {
  return conditions.length === 0 ? sql`1` : sql.join([...conditions], sql` AND `);
}
