import { sql } from "drizzle-orm";
import type { ServiceMark, ServiceState } from "../../../application/ports/service-state.ts";
import type { Database } from "../database.ts";
import { isMarkHeld } from "./connection-mark.ts";

export function pgServiceState(db: Database): ServiceState {
  return {
    record: async (mark, at) => {
      await db.run(sql`INSERT INTO service_mark AS m (name, at) VALUES (${mark}, ${at})
        ON CONFLICT (name) DO UPDATE SET at = greatest(m.at, excluded.at)`);
    },
    lastRuns: async () => {
      const { rows } = await db.run(sql`SELECT name, at FROM service_mark`);
      return new Map(rows.map(({ name, at }) => [name as ServiceMark, at as number]));
    },
    appliedMigrations: async () => {
      const { rows: tables } = await db.run(sql`SELECT to_regclass(${MIGRATIONS}) AS found`);
      if (tables[0]?.found === null) return null;
      const { rows } = await db.run(sql`SELECT tag FROM ${sql.identifier(MIGRATIONS)} ORDER BY index`);
      return rows.map(({ tag }) => `${tag as string}.sql`);
    },
    findMark: async (mark) => ((await isMarkHeld(db, mark)) ? "same" : "other"),
  };
}

/** Of `ladderlock migrate`. */
const MIGRATIONS = "ladderlock_migration";
