import { desc, ne } from "drizzle-orm";
import type { Database } from "./database.ts";
import { videoPost } from "./schema/video-post.ts";

/** The newest posts, without their parts. */
export function listVideoPosts(db: Database, limit: number) {
  return db
    .select({
      videoPostId: videoPost.id,
      title: videoPost.title,
      resourceType: videoPost.resourceType,
      status: videoPost.status,
      durationSeconds: videoPost.durationSeconds,
      createdAt: videoPost.createdAt,
    })
    .from(videoPost)
    .where(ne(videoPost.status, "DELETED"))
    .orderBy(desc(videoPost.id))
    .limit(limit);
}
