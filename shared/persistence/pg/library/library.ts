import { type SQL, sql } from "drizzle-orm";
import type { Library, LibraryEntry, ListVideos } from "../../../application/ports/library.ts";
import type { PublishedVideo } from "../../../domain/post/published-video.ts";
import { NOT_PUBLISHED, publishedVideoOfRow } from "../../rows/published-video.ts";
import { columnsOf, type Database, rowOf, rowValues } from "../database.ts";
import { publishedVideo } from "../schema/library.ts";

/** A post that was withdrawn or deleted a moment ago is hidden before its event is handled. */
const STILL_PUBLISHED = sql`EXISTS (SELECT 1 FROM video_post p WHERE p.id = v.video_post_id AND p.published_at IS NOT NULL)`;

export function pgLibrary(db: Database): Library {
  return {
    record: (entry) => record(db, entry),
    reflects: async (videoPostId, version) => {
      const { rows } = await db.run(
        sql`SELECT 1 FROM published_video WHERE video_post_id = ${videoPostId} AND version >= ${version}`,
      );
      return rows.length > 0;
    },
    find: async (videoPostId) => (await select(db, [sql`v.video_post_id = ${videoPostId}`], sql``))[0] ?? null,
    list: (input) => list(db, input),
    listUnrecorded: async (limit) => {
      // In the words of the partial index.
      const { rows } = await db.run(sql`SELECT video_post_id FROM published_video v
        WHERE version = 0 AND ${STILL_PUBLISHED} ORDER BY video_post_id LIMIT ${limit}`);
      return rows.map((row) => row.video_post_id as string);
    },
  };
}

async function record(db: Database, { videoPostId, version, video }: LibraryEntry): Promise<void> {
  const row = { ...(video ?? NOT_PUBLISHED), videoPostId, version };
  await db.run(sql`INSERT INTO published_video AS v ${rowValues(publishedVideo, row)}
    ON CONFLICT (video_post_id) DO UPDATE SET (${columnsOf(publishedVideo)}) = ROW(${columnsOf(publishedVideo, "excluded")})
    WHERE excluded.version > v.version`);
}

async function select(db: Database, conditions: readonly SQL[], page: SQL): Promise<readonly PublishedVideo[]> {
  const all = [sql`v.published_at IS NOT NULL`, STILL_PUBLISHED, ...conditions];
  const { rows } = await db.run(sql`SELECT ${columnsOf(publishedVideo, "v")} FROM published_video v
    WHERE ${sql.join(all, sql` AND `)} ${page}`);
  return rows.map((row) => {
    const { version: _, ...shown } = rowOf(publishedVideo, row);
    return publishedVideoOfRow(shown);
  });
}

function list(db: Database, { filter, after, limit }: ListVideos): Promise<readonly PublishedVideo[]> {
  const { authorId, slug, resourceType } = filter;
  const conditions = [
    ...(authorId === undefined ? [] : [sql`v.author_id = ${authorId}`]),
    ...(slug === undefined ? [] : [sql`v.slug = ${slug}`]),
    ...(resourceType === undefined ? [] : [sql`v.resource_type = ${resourceType}`]),
    ...(after === null ? [] : [sql`(v.published_at, v.video_post_id) < (${after.publishedAt}, ${after.videoPostId})`]),
  ];
  return select(db, conditions, sql`ORDER BY v.published_at DESC, v.video_post_id DESC LIMIT ${limit}`);
}
