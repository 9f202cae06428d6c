import { type SQL, sql } from "drizzle-orm";
import {
  CHANGES_KEPT_MS,
  type ChangeKind,
  type FeedSubject,
  type RevocationFeed,
} from "../../../application/ports/revocation-feed.ts";
import { lockOf } from "../advisory-locks.ts";
import type { Database } from "../database.ts";

export function pgRevocationFeed(db: Database): RevocationFeed {
  return {
    async revoke({ kind, subject }, { now, expiresAt }, mostRows) {
      const [, inserted] = await db.batch([
        lockOf("revocation-feed"),
        sql`INSERT INTO access_revocation (kind, subject, created_at, expires_at)
          SELECT ${kind}::text, ${subject}::text, ${now}::bigint, ${expiresAt}::bigint
          WHERE EXISTS (SELECT 1 FROM access_revocation WHERE kind = ${kind} AND subject = ${subject})
            OR (SELECT count(*) FROM access_revocation WHERE kind IN ('token', 'viewer', 'part', 'api-key'))
              < ${mostRows}::bigint
          ${AGAIN} RETURNING sequence`,
      ]);
      return (inserted?.rows[0]?.sequence as number | undefined) ?? "full";
    },

    async deleteExpired(now, limit) {
      const { changes } = await db.run(sql`WITH expired AS (
          SELECT sequence FROM access_revocation WHERE expires_at < ${now} ORDER BY expires_at LIMIT ${limit}
          FOR UPDATE SKIP LOCKED)
        DELETE FROM access_revocation r USING expired e WHERE r.sequence = e.sequence`);
      return changes;
    },
  };
}

/**
 * The last statements of the transaction that makes the change, so that no isolate misses one that was made. Numbers
 * become visible in order, because the lock is held from before a number is drawn until after it can be read.
 */
export function announceChange({ kind, subject }: FeedSubject<ChangeKind>, now: number): readonly SQL[] {
  return [
    lockOf("revocation-feed"),
    sql`INSERT INTO access_revocation (kind, subject, created_at, expires_at)
      VALUES (${kind}, ${subject}, ${now}, ${now + CHANGES_KEPT_MS}) ${AGAIN}`,
  ];
}

/** A repeat gets a later number, so that readers which have passed the earlier one read the row again. */
const AGAIN = sql`ON CONFLICT (kind, subject) DO UPDATE
  SET sequence = excluded.sequence, created_at = excluded.created_at, expires_at = excluded.expires_at`;
