import { type SQL, sql } from "drizzle-orm";
import type {
  VideoPostPage,
  VideoPostPosition,
  VideoPostQueries,
  VideoPostQuery,
  VideoPostSummary,
} from "../../../application/ports/video-post-queries.ts";
import type { Database } from "../database.ts";
import { indexedRead } from "./indexed-read.ts";

export function d1VideoPostQueries(db: Database): VideoPostQueries {
  return { list: (query) => list(db, query) };
}

/**
 * The posts that one page reads at most. The index serves some of the filters, the others are checked for each post
 * that it gives: a page of a rare combination ends after this many.
 */
export const POSTS_PER_PAGE_READ = 1000;

const COLUMNS = sql.raw(`id AS videoPostId, author_id AS authorId, title, slug, resource_type AS resourceType, status,
  duration AS durationSeconds, created_at AS createdAt, updated_at AS updatedAt, published_at AS publishedAt,
  title_folded AS titleFolded`);

type Row = VideoPostSummary & { readonly titleFolded: string; readonly matches: 0 | 1; readonly n: number };

/** The row at which the reading ends is returned too, whether it matches or not: the next page continues behind it. */
async function list(db: Database, { filter, after, limit }: VideoPostQuery): Promise<VideoPostPage> {
  const { index, served, checked, order } = indexedRead(filter, after);
  const rows = await db.all<Row>(sql`SELECT * FROM (
      SELECT ${COLUMNS}, ${all(checked)} AS matches, row_number() OVER (ORDER BY ${order}) AS n
      FROM video_post INDEXED BY ${sql.raw(index)} WHERE ${all(served)} ORDER BY ${order} LIMIT ${POSTS_PER_PAGE_READ})
    WHERE matches OR n = ${POSTS_PER_PAGE_READ} LIMIT ${limit + 1}`);
  const matching = rows.filter(({ matches }) => matches === 1);
  const position = (row: Row | undefined): VideoPostPosition | null => {
    if (row === undefined) return null;
    const { videoPostId, titleFolded } = row;
    return filter.titlePrefix === undefined ? { videoPostId } : { videoPostId, titleFolded };
  };
  const items = matching.slice(0, limit);
  const end = rows.find(({ n }) => n === POSTS_PER_PAGE_READ);
  const next = matching.length > limit ? items.at(-1) : end;
  return { items: items.map(summaryOf), next: position(next) };
}

function all(conditions: readonly SQL[]): SQL {
  return conditions.length === 0 ? sql`1` : sql.join([...conditions], sql` AND `);
}

function summaryOf({ titleFolded: _, matches: __, n: ___, ...summary }: Row): VideoPostSummary {
  return summary;
}
