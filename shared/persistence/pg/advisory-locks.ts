import { type SQL, sql } from "drizzle-orm";

/** Numbers that stand for nothing; another program in the same database is unlikely to use them. */
const LOCKS = { "revocation-feed": 7_203_118_401, "webhook-endpoints": 7_203_118_402, launches: 7_203_118_403 };

/**
 * Waits until no other transaction has the lock and holds it until the end of this one. It is a statement by itself,
 * since the statements behind it have to see what the previous holder committed.
 */
export function lockOf(name: keyof typeof LOCKS): SQL {
  return sql`SELECT pg_advisory_xact_lock(${sql.raw(String(LOCKS[name]))})`;
}
