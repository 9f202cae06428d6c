import { sql } from "drizzle-orm";
import type { PostRevision, VideoPostHistory } from "../../../application/ports/video-post-history.ts";
import type { Database } from "../database.ts";

export function pgVideoPostHistory(db: Database): VideoPostHistory {
  return {
    page: async ({ videoPostId, before, limit }) => {
      const older = before === null ? sql`true` : sql`version < ${before}`;
      const { rows } = await db.run(sql`SELECT version, created_at AS at, actor, change FROM video_post_revision
        WHERE video_post_id = ${videoPostId} AND ${older} ORDER BY version DESC LIMIT ${limit}`);
      return rows as unknown as readonly PostRevision[];
    },
  };
}
