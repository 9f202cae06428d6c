import { type SQL, sql } from "drizzle-orm";
import {
  CHANGES_KEPT_MS,
  type ChangeKind,
  type FeedSubject,
  type RevocationFeed,
} from "../../../application/ports/revocation-feed.ts";
import type { Database } from "../database.ts";

export function d1RevocationFeed(db: Database): RevocationFeed {
  return {
    async revoke({ kind, subject }, { now, expiresAt }, mostRows) {
      const rows = await db.all<{ sequence: number }>(sql`
        INSERT OR REPLACE INTO access_revocation (kind, subject, created_at, expires_at)
        SELECT ${kind}, ${subject}, ${now}, ${expiresAt}
        WHERE (SELECT count(*) FROM access_revocation WHERE kind IN ('token', 'viewer', 'part', 'api-key')) < ${mostRows}
          OR EXISTS (SELECT 1 FROM access_revocation WHERE kind = ${kind} AND subject = ${subject})
        RETURNING sequence`);
      return rows[0]?.sequence ?? "full";
    },

    async deleteExpired(now, limit) {
      const result = await db.run(sql`DELETE FROM access_revocation WHERE sequence IN (
        SELECT sequence FROM access_revocation WHERE expires_at < ${now} ORDER BY expires_at LIMIT ${limit})`);
      return result.meta.changes;
    },
  };
}

/** Part of the transaction that makes the change, so that no isolate misses one that was made. */
export function announceChange({ kind, subject }: FeedSubject<ChangeKind>, now: number): SQL {
  return sql`INSERT OR REPLACE INTO access_revocation (kind, subject, created_at, expires_at)
    VALUES (${kind}, ${subject}, ${now}, ${now + CHANGES_KEPT_MS})`;
}
