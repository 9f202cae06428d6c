import { and, asc, eq, isNull, lte, type SQL, sql } from "drizzle-orm";
import type { Outbox, TakeDue } from "../../../application/ports/outbox.ts";
import { identifyEvents } from "../../../domain/domain-event.ts";
import type { Database } from "../database.ts";
import { videoPostRevision as revision } from "../schema/video-post.ts";

/** Doublings after which the wait is at its longest in any case. */
const MOST_DOUBLINGS = 20;

export function d1Outbox(db: Database): Outbox {
  return {
    takeDue: async (input) => {
      const [first, again] = await db.batch([
        take(db, input, isNull(revision.dispatchRetryAt), input.first),
        take(db, input, lte(revision.dispatchRetryAt, input.now), input.again),
      ]);
      // A statement returns its rows in any order. Those of one post are in the order of its saves.
      const saves = [...first, ...again].toSorted(
        (one, other) => one.at - other.at || compare(one.videoPostId, other.videoPostId) || one.version - other.version,
      );
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

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
