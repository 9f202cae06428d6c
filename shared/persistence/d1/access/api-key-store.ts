import { and, desc, eq, getTableColumns, isNull, lte, or, sql } from "drizzle-orm";
import type { ApiKeyStore } from "../../../application/ports/api-key-store.ts";
import { batched, type Database } from "../database.ts";
import { announceChange } from "../playback/revocation-feed.ts";
import { apiKey } from "../schema/callers.ts";

const { secretHash: _, ...shownColumns } = getTableColumns(apiKey);

export function d1ApiKeyStore(db: Database): ApiKeyStore {
  return {
    async create(key) {
      await db.insert(apiKey).values(key);
    },

    async find(keyId) {
      return (await db.select().from(apiKey).where(eq(apiKey.keyId, keyId)).get()) ?? null;
    },

    list: ({ after, limit }) => {
      // Above every key: without a bound the index would be scanned instead of searched.
      const { createdAt, keyId } = after ?? { createdAt: Number.MAX_SAFE_INTEGER, keyId: "" };
      return db
        .select(shownColumns)
        .from(apiKey)
        .where(sql`(${apiKey.createdAt}, ${apiKey.keyId}) < (${createdAt}, ${keyId})`)
        .orderBy(desc(apiKey.createdAt), desc(apiKey.keyId))
        .limit(limit);
    },

    async revoke(keyId, now) {
      const [revoked] = await db.batch([
        db
          .update(apiKey)
          .set({ revokedAt: now })
          .where(and(eq(apiKey.keyId, keyId), isNull(apiKey.revokedAt)))
          .returning({ keyId: apiKey.keyId }),
        batched(db, announceChange({ kind: "api-key-changed", subject: keyId }, now)),
      ]);
      if (revoked.length > 0) return "revoked";
      const known = await db.select({ keyId: apiKey.keyId }).from(apiKey).where(eq(apiKey.keyId, keyId)).get();
      return known === undefined ? "unknown" : "was-revoked";
    },

    // The condition makes it one write, though many isolates may find at once that it is due.
    async recordUse(keyId, now, exactnessMs) {
      const isDue = or(isNull(apiKey.lastUsedAt), lte(apiKey.lastUsedAt, now - exactnessMs));
      await db
        .update(apiKey)
        .set({ lastUsedAt: now })
        .where(and(eq(apiKey.keyId, keyId), isDue));
    },
  };
}
