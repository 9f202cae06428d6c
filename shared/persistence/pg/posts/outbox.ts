import { type SQL, sql } from "drizzle-orm";
import type { Outbox, TakeDue } from "../../../application/ports/outbox.ts";
import { type DueRow, dueSaves, MOST_DOUBLINGS } from "../../rows/due-saves.ts";
import type { Database } from "../database.ts";

export function pgOutbox(db: Database): Outbox {
  return {
    takeDue: async (input) => {
      const taken = await db.batch([
        take(input, sql`dispatch_retry_at IS NULL`, input.first),
        take(input, sql`dispatch_retry_at <= ${input.now}`, input.again),
      ]);
      return dueSaves(taken.flatMap(({ rows }) => rows as unknown as readonly DueRow[]));
    },

    markDispatched: async ({ videoPostId, version }, now) => {
      await db.run(sql`UPDATE video_post_revision SET dispatched_at = ${now}
        WHERE video_post_id = ${videoPostId} AND version = ${version} AND dispatched_at IS NULL`);
    },
  };
}

/** A save that another dispatcher is taking is left to it. */
function take({ now, firstWaitMs, longestWaitMs }: TakeDue, isDue: SQL, most: number): SQL {
  const doublings = sql`least(r.dispatch_attempts, ${MOST_DOUBLINGS}::bigint)::integer`;
  const wait = sql`least(${longestWaitMs}::bigint, ${firstWaitMs}::bigint * (1::bigint << ${doublings}))`;
  return sql`WITH due AS (
      SELECT video_post_id, version FROM video_post_revision WHERE dispatched_at IS NULL AND ${isDue}
      ORDER BY dispatch_retry_at, created_at, video_post_id, version LIMIT ${most} FOR UPDATE SKIP LOCKED)
    UPDATE video_post_revision r
      SET dispatch_attempts = r.dispatch_attempts + 1, dispatch_retry_at = ${now}::bigint + ${wait}
      FROM due WHERE r.video_post_id = due.video_post_id AND r.version = due.version
      RETURNING r.video_post_id AS "videoPostId", r.version, r.events, r.created_at AS at`;
}
