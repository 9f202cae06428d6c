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

/** As SQLite has values: flags are 0 or 1, and JSON is text. */
type Row = Omit<PostRow, "matches" | JsonColumns> & {
  readonly matches: 0 | 1;
} & Readonly<Record<JsonColumns, string | null>>;
type JsonColumns = "images" | "posterChoice" | "served" | "policies";

/** The posters are joined to a page that has its limit already. */
async function list(db: Database, query: VideoPostQuery): Promise<VideoPostPage> {
  const { index, served, checked, order } = indexedRead(query.filter, query.after);
  const rows = await db.all<Row>(sql`SELECT page.*, ${POSTER_COLUMNS} FROM (SELECT * FROM (
      SELECT ${COLUMNS}, ${all(checked)} AS matches, row_number() OVER (ORDER BY ${order}) AS n
      FROM video_post INDEXED BY ${sql.raw(index)} WHERE ${all(served)} ORDER BY ${order} LIMIT ${POSTS_PER_PAGE_READ})
    WHERE matches OR n = ${POSTS_PER_PAGE_READ} LIMIT ${query.limit + 1}) page
    ${POSTER_JOIN} ORDER BY page.n`);
  return postPage(rows.map(rowOf), query);
}

const POSTER_COLUMNS = sql.raw(`f.file_index AS posterFileIndex, f.images, f.poster AS posterChoice,
  CASE WHEN page.publishedAt IS NOT NULL AND f.enc_path IS NOT NULL THEN (SELECT json_group_array(k.quality)
    FROM video_hls_encrypt_key k WHERE k.file_id = f.id AND k.status <> 'REVOKED' AND k.status = 'ACTIVE'
      AND k.key_version = f.key_version) END AS served,
  CASE WHEN page.publishedAt IS NOT NULL AND f.enc_path IS NOT NULL THEN (SELECT
    json_group_array(json_array(a.quality, a.policy)) FROM video_hls_quality_auth a WHERE a.file_id = f.id) END AS policies`);

const POSTER_JOIN = sql.raw(`LEFT JOIN video_file_post f ON page.status <> 'DELETED' AND f.id = (
  SELECT v.id FROM video_file_post v WHERE v.video_id = page.videoPostId AND v.version_state = 'PRESENT'
    AND (v.images IS NOT NULL OR v.poster_id IS NOT NULL) ORDER BY v.position, v.file_index LIMIT 1)`);

function rowOf({ matches, images, posterChoice, served, policies, ...row }: Row): PostRow {
  return {
    ...row,
    matches: matches === 1,
    images: parsed(images),
    posterChoice: parsed(posterChoice),
    served: parsed(served),
    policies: parsed(policies),
  };
}

function parsed<T>(json: string | null): T | null {
  return json === null ? null : JSON.parse(json);
}

function all(conditions: readonly SQL[]): SQL {
  return conditions.length === 0 ? sql`1` : sql.join([...conditions], sql` AND `);
}
