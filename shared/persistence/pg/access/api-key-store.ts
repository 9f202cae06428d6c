import { type SQL, sql } from "drizzle-orm";
import type { ApiKeyStore } from "../../../application/ports/api-key-store.ts";
import { columnsOf, type Database, rowOf, rowValues } from "../database.ts";
import { announceChange } from "../playback/revocation-feed.ts";
import { apiKey } from "../schema/callers.ts";

export function pgApiKeyStore(db: Database): ApiKeyStore {
  const keys = async (condition: SQL) => {
    const { rows } = await db.run(sql`SELECT ${columnsOf(apiKey)} FROM api_key ${condition}`);
    return rows.map((row) => rowOf(apiKey, row));
  };
  return {
    async create(key) {
      await db.run(sql`INSERT INTO api_key ${rowValues(apiKey, key)}`);
    },

    find: async (keyId) => (await keys(sql`WHERE key_id = ${keyId}`))[0] ?? null,

    async list({ after, limit }) {
      const isBehind = after === null ? sql`` : sql`WHERE (created_at, key_id) < (${after.createdAt}, ${after.keyId})`;
      const found = await keys(sql`${isBehind} ORDER BY created_at DESC, key_id DESC LIMIT ${limit}`);
      return found.map(({ secretHash: _, ...shown }) => shown);
    },

    async revoke(keyId, now) {
      const [revoked, known] = await db.batch([
        sql`UPDATE api_key SET revoked_at = ${now} WHERE key_id = ${keyId} AND revoked_at IS NULL`,
        sql`SELECT 1 FROM api_key WHERE key_id = ${keyId}`,
        ...announceChange({ kind: "api-key-changed", subject: keyId }, now),
      ]);
      if (revoked?.changes === 1) return "revoked";
      return known?.rows.length === 1 ? "was-revoked" : "unknown";
    },

    // The condition makes it one write, though many isolates may find at once that it is due.
    async recordUse(keyId, now, exactnessMs) {
      await db.run(sql`UPDATE api_key SET last_used_at = ${now}
        WHERE key_id = ${keyId} AND (last_used_at IS NULL OR last_used_at <= ${now - exactnessMs})`);
    },
  };
}
