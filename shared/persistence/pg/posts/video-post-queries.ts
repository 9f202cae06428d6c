import { type SQL, sql } from "drizzle-orm";
import type { VideoPostPage, VideoPostQueries, VideoPostQuery } from "../../../application/ports/video-post-queries.ts";
import { POSTS_PER_PAGE_READ, type PostRow, postPage } from "../../rows/post-page.ts";
import type { Database } from "../database.ts";
import { orderedRead } from "./ordered-read.ts";

export function pgVideoPostQueries(db: Database): VideoPostQueries {
  return { list: (query) => list(db, query) };
}

const READ = sql.raw(`id, author_id, title, slug, resource_type, status, duration, created_at, updated_at,
  published_at, title_folded`);

const COLUMNS = sql.raw(`id AS "videoPostId", author_id AS "authorId", title, slug, resource_type AS "resourceType",
  status, duration AS "durationSeconds", created_at AS "createdAt", updated_at AS "updatedAt",
  published_at AS "publishedAt", title_folded AS "titleFolded"`);

/** The posters are joined to a page that has its limit already. */
async function list(db: Database, query: VideoPostQuery): Promise<VideoPostPage> {
  const { served, checked, order } = orderedRead(query.filter, query.after);
  const { rows } = await db.run(sql`SELECT page.*, f.* FROM (SELECT ${COLUMNS}, matches, n FROM (
      SELECT ${READ}, ${all(checked)} AS matches, row_number() OVER (ORDER BY ${order}) AS n
      FROM video_post WHERE ${all(served)} ORDER BY ${order} LIMIT ${POSTS_PER_PAGE_READ}) AS looked
    WHERE matches OR n = ${POSTS_PER_PAGE_READ} ORDER BY ${order} LIMIT ${query.limit + 1}) page
    LEFT JOIN LATERAL (${POSTER}) f ON true ORDER BY page.n`);
  return postPage(rows as unknown as readonly PostRow[], query);
}

const POSTER = sql.raw(`SELECT v.file_index AS "posterFileIndex", v.images, v.poster AS "posterChoice",
    CASE WHEN page."publishedAt" IS NOT NULL AND v.enc_path IS NOT NULL THEN (SELECT coalesce(json_agg(k.quality), '[]')
      FROM video_hls_encrypt_key k WHERE k.file_id = v.id AND k.status <> 'REVOKED' AND k.status = 'ACTIVE'
        AND k.key_version = v.key_version) END AS served,
    CASE WHEN page."publishedAt" IS NOT NULL AND v.enc_path IS NOT NULL THEN (SELECT
      coalesce(json_agg(json_build_array(a.quality, a.policy)), '[]')
      FROM video_hls_quality_auth a WHERE a.file_id = v.id) END AS policies
  FROM video_file_post v WHERE v.video_id = page."videoPostId" AND v.version_state = 'PRESENT'
    AND (v.images IS NOT NULL OR v.poster_id IS NOT NULL) AND page.status <> 'DELETED'
  ORDER BY v.position, v.file_index LIMIT 1`);

function all(conditions: readonly SQL[]): SQL {
  return conditions.length === 0 ? sql`true` : sql.join([...conditions], sql` AND `);
}
