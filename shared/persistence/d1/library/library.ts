import { and, asc, desc, eq, getTableColumns, gte, isNotNull, type SQL, sql } from "drizzle-orm";
import type { Library, LibraryEntry, ListVideos } from "../../../application/ports/library.ts";
import type { PublishedVideo } from "../../../domain/post/published-video.ts";
import { NOT_PUBLISHED, publishedVideoOfRow } from "../../rows/published-video.ts";
import type { Database } from "../database.ts";
import { publishedVideo as video } from "../schema/library.ts";
import { videoPost } from "../schema/video-post.ts";

const { version: _, ...SHOWN } = getTableColumns(video);

/** A post that was withdrawn or deleted a moment ago is hidden before its event is handled. */
const STILL_PUBLISHED = sql`EXISTS (SELECT 1 FROM ${videoPost}
  WHERE ${videoPost.id} = ${video.videoPostId} AND ${videoPost.publishedAt} IS NOT NULL)`;

export function d1Library(db: Database): Library {
  return {
    record: (entry) => record(db, entry),
    reflects: async (videoPostId, version) => {
      const recorded = and(eq(video.videoPostId, videoPostId), gte(video.version, version));
      return (await db.select({ one: sql`1` }).from(video).where(recorded).get()) !== undefined;
    },
    find: async (videoPostId) => {
      const row = await db
        .select(SHOWN)
        .from(video)
        .where(and(eq(video.videoPostId, videoPostId), isNotNull(video.publishedAt), STILL_PUBLISHED))
        .get();
      return row === undefined ? null : publishedVideoOfRow(row);
    },
    list: (input) => list(db, input),
    listUnrecorded: async (limit) => {
      const rows = await db
        .select({ videoPostId: video.videoPostId })
        .from(video)
        // In the words of the partial index.
        .where(and(sql`version = 0`, STILL_PUBLISHED))
        .orderBy(asc(video.videoPostId))
        .limit(limit);
      return rows.map(({ videoPostId }) => videoPostId);
    },
  };
}

async function record(db: Database, { videoPostId, version, video: shown }: LibraryEntry): Promise<void> {
  const content = shown ?? NOT_PUBLISHED;
  await db
    .insert(video)
    .values({ ...content, videoPostId, version })
    .onConflictDoUpdate({
      target: video.videoPostId,
      set: { ...content, videoPostId, version },
      setWhere: sql`excluded.version > ${video.version}`,
    });
}

async function list(db: Database, { filter, after, limit }: ListVideos): Promise<readonly PublishedVideo[]> {
  const { authorId, slug, resourceType } = filter;
  const conditions: (SQL | undefined)[] = [
    isNotNull(video.publishedAt),
    authorId === undefined ? undefined : eq(video.authorId, authorId),
    slug === undefined ? undefined : eq(video.slug, slug),
    resourceType === undefined ? undefined : eq(video.resourceType, resourceType),
    after === null
      ? undefined
      : sql`(${video.publishedAt}, ${video.videoPostId}) < (${after.publishedAt}, ${after.videoPostId})`,
    STILL_PUBLISHED,
  ];
  const rows = await db
    .select(SHOWN)
    .from(video)
    .where(and(...conditions))
    .orderBy(desc(video.publishedAt), desc(video.videoPostId))
    .limit(limit);
  return rows.map(publishedVideoOfRow);
}
