import { sql } from "drizzle-orm";
import type { ServiceMark, ServiceState } from "../../../application/ports/service-state.ts";
import type { Database } from "../database.ts";

export function d1ServiceState(db: Database): ServiceState {
  return {
    record: async (mark, at) => {
      await db.run(sql`INSERT INTO service_mark (name, at) VALUES (${mark}, ${at})
        ON CONFLICT (name) DO UPDATE SET at = max(at, excluded.at)`);
    },
    lastRuns: async () => {
      const rows = await db.all<{ name: ServiceMark; at: number }>(sql`SELECT name, at FROM service_mark`);
      return new Map(rows.map(({ name, at }) => [name, at]));
    },
    appliedMigrations: async () => {
      const tables = await db.all(sql`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ${WRANGLER_LIST}`);
      if (tables.length === 0) return null;
      const rows = await db.all<{ name: string }>(sql`SELECT name FROM ${sql.identifier(WRANGLER_LIST)} ORDER BY id`);
      return rows.map(({ name }) => name);
    },
    findMark: async () => "d1",
  };
}

/** Of `wrangler d1 migrations apply`. */
const WRANGLER_LIST = "d1_migrations";
