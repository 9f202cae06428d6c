import { sql } from "drizzle-orm";
import type { Connect, Database } from "../database.ts";

/** The first half of the number of a lock; the mark is the second. */
const MARKS = 1_819_043_435;

/**
 * Holds a lock of the database while `work` runs. Who sees it is connected to the same database: unlike any value that
 * is stored, a lock is neither in a dump nor in a copy of the files. Works through any pooler.
 */
export function holdingMark<T>(connect: Connect, mark: number, work: () => Promise<T>): Promise<T> {
  return connect(async (client) => {
    await client.query({ text: "BEGIN READ ONLY" });
    const end = () => client.query({ text: "ROLLBACK" });
    try {
      await client.query({ text: "SELECT pg_advisory_xact_lock($1::int, $2::int)", values: [MARKS, mark] });
      const result = await work();
      await end();
      return result;
    } catch (error) {
      // The first failure is the one to report.
      await end().catch(() => {});
      throw error;
    }
  });
}

export async function isMarkHeld(db: Database, mark: number): Promise<boolean> {
  const { rows } = await db.run(sql`SELECT 1 FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid = ${MARKS}::bigint::oid AND objid = ${mark}::bigint::oid`);
  return rows.length > 0;
}
