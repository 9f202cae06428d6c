import { and, asc, eq, isNull } from "drizzle-orm";
import type { Outbox } from "../../../application/ports/outbox.ts";
import { identifyEvents } from "../../../domain/domain-event.ts";
import type { Database } from "../database.ts";
import { videoPostRevision as revision } from "../schema/video-post.ts";

export function d1Outbox(db: Database): Outbox {
  return {
    listUndispatched: async (limit) => {
      const { videoPostId, version, events, createdAt } = revision;
      const saves = await db
        .select({ videoPostId, version, events, at: createdAt })
        .from(revision)
        .where(isNull(revision.dispatchedAt))
        // Events of one post are in the order of its saves, also within one millisecond.
        .orderBy(asc(createdAt), asc(videoPostId), asc(version))
        .limit(limit);
      // Earlier releases saved events without an identity.
      return saves.map(({ at, ...save }) => ({ ...save, events: identifyEvents({ ...save, at }, save.events) }));
    },

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
