import { getTableName, type SQL, sql, type Table } from "drizzle-orm";
import type { VideoPost } from "../../../domain/post/video-post.ts";
import { videoPostOf } from "../../rows/video-post-rows.ts";
import { columnsOf, type Database, type Result, rowOf } from "../database.ts";
import { singleKeySource, videoHlsEncryptKey, videoHlsQualityAuth } from "../schema/playback.ts";
import { videoFilePost, videoHlsAbrVariant, videoPost } from "../schema/video-post.ts";

/** All tables at one moment. */
export async function loadPost(db: Database, videoPostId: string): Promise<VideoPost | null> {
  const loaded = sql`video_id = ${videoPostId} AND version_state IN ('PRESENT', 'NEXT', 'REPLACED')`;
  const ofFiles = sql`file_id IN (SELECT id FROM video_file_post WHERE ${loaded})`;
  const [posts, files, variants, keys, qualityAuth, singleKeys] = await db.snapshot([
    select(videoPost, sql`id = ${videoPostId}`),
    select(videoFilePost, sql`${loaded} ORDER BY position`),
    select(videoHlsAbrVariant, sql`${ofFiles} ORDER BY transcode_job_id, alias`),
    // In the words of the partial index.
    select(videoHlsEncryptKey, sql`${ofFiles} AND status <> 'REVOKED' ORDER BY key_version, created_at, key_id`),
    select(videoHlsQualityAuth, sql`${ofFiles} ORDER BY file_id, quality`),
    select(singleKeySource, ofFiles),
  ]);
  return videoPostOf({
    posts: rowsOf(videoPost, posts),
    files: rowsOf(videoFilePost, files),
    variants: rowsOf(videoHlsAbrVariant, variants),
    keys: rowsOf(videoHlsEncryptKey, keys).map(({ revokedAt: _, ...key }) => key),
    qualityAuth: rowsOf(videoHlsQualityAuth, qualityAuth),
    singleKeys: rowsOf(singleKeySource, singleKeys),
  });
}

function select(table: Table, condition: SQL): SQL {
  return sql`SELECT ${columnsOf(table)} FROM ${sql.identifier(getTableName(table))} WHERE ${condition}`;
}

function rowsOf<T extends Table>(table: T, result: Result | undefined) {
  return result?.rows.map((row) => rowOf(table, row)) ?? [];
}
