import { and, desc, eq, lt } from "drizzle-orm";
import type { VideoPostHistory } from "../../../application/ports/video-post-history.ts";
import type { Database } from "../database.ts";
import { videoPostRevision as revision } from "../schema/video-post.ts";

export function d1VideoPostHistory(db: Database): VideoPostHistory {
  return {
    page: ({ videoPostId, before, limit }) =>
      db
        .select({ version: revision.version, at: revision.createdAt, actor: revision.actor, change: revision.change })
        .from(revision)
        .where(and(eq(revision.videoPostId, videoPostId), before === null ? undefined : lt(revision.version, before)))
        .orderBy(desc(revision.version))
        .limit(limit),
  };
}
