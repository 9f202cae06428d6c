import { desc, eq, ne } from "drizzle-orm";
import type { VideoPostStatus } from "../../domain/video-post.ts";
import type { Database } from "./database.ts";
import { videoPost } from "./schema/video-post.ts";

/** The newest posts, without their parts; those that were deleted only where their status is asked for. */
export function listVideoPosts(
  db: Database,
  { status, limit }: { status?: VideoPostStatus | undefined; limit: number },
) {
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
    .where(status === undefined ? ne(videoPost.status, "DELETED") : eq(videoPost.status, status))
    .orderBy(desc(videoPost.id))
    .limit(limit);
}
