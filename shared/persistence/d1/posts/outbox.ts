import { and, asc, eq, isNull, lte, type SQL, sql } from "drizzle-orm";
import type { Outbox, TakeDue } from "../../../application/ports/outbox.ts";
import { dueSaves, MOST_DOUBLINGS } from "../../rows/due-saves.ts";
import type { Database } from "../database.ts";
import { videoPostRevision as revision } from "../schema/video-post.ts";

export function d1Outbox(db: Database): Outbox {
  return {
    takeDue: async (input) => {
      const [first, again] = await db.batch([
        take(db, input, isNull(revision.dispatchRetryAt), input.first),
        take(db, input, lte(revision.dispatchRetryAt, input.now), input.again),
      ]);
      return dueSaves([...first, ...again]);
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

function take(db: Database, { now, firstWaitMs, longestWaitMs }: TakeDue, isDue: SQL, most: number) {
  const { videoPostId, version, events, createdAt, dispatchAttempts } = revision;
  const due = db
    .select({ videoPostId, version })
    .from(revision)
    .where(and(isNull(revision.dispatchedAt), isDue))
    .orderBy(asc(revision.dispatchRetryAt), asc(createdAt), asc(videoPostId), asc(version))
    .limit(most);
  const wait = sql`min(${longestWaitMs}, ${firstWaitMs} * (1 << min(${dispatchAttempts}, ${MOST_DOUBLINGS})))`;
  return db
    .update(revision)
    .set({ dispatchAttempts: sql`${dispatchAttempts} + 1`, dispatchRetryAt: sql`${now} + ${wait}` })
    .where(sql`(${videoPostId}, ${version}) IN ${due}`)
    .returning({ videoPostId, version, events, at: createdAt });
}
