import { and, asc, eq, isNull } from "drizzle-orm";
import type { Outbox } from "../../application/ports/outbox.ts";
import type { Database } from "./database.ts";
import { videoPostRevision as revision } from "./schema/video-post.ts";

export function d1Outbox(db: Database): Outbox {
  return {
    listUndispatched: (limit) =>
      db
        .select({ videoPostId: revision.videoPostId, version: revision.version, events: revision.events })
        .from(revision)
        .where(isNull(revision.dispatchedAt))
        // Of one post in the order of its saves, also within one millisecond.
        .orderBy(asc(revision.createdAt), asc(revision.videoPostId), asc(revision.version))
        .limit(limit),

    markDispatched: async ({ videoPostId, version }, now) => {
      await db
        .update(revision)
        .set({ dispatchedAt: now })
        .where(
          and(eq(revision.videoPostId, videoPostId), eq(revision.version, version), isNull(revision.dispatchedAt)),
        );
    },
  };
}
