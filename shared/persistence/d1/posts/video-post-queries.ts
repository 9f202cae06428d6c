import { desc, eq, ne } from "drizzle-orm";
import type { VideoPostQueries } from "../../../application/ports/video-post-queries.ts";
import type { Database } from "../database.ts";
import { videoPost } from "../schema/video-post.ts";

export function d1VideoPostQueries(db: Database): VideoPostQueries {
  return {
    listNewest: ({ status, limit }) =>
      db
        .select({
          videoPostId: videoPost.id,
          title: videoPost.title,
          resourceType: videoPost.resourceType,
          status: videoPost.status,
          durationSeconds: videoPost.durationSeconds,
          createdAt: videoPost.createdAt,
        })
        .from(videoPost)
        .where(status === undefined ? ne(videoPost.status, "DELETED") : eq(videoPost.status, status))
        .orderBy(desc(videoPost.id))
        .limit(limit),
  };
}
