import type { PgClient } from "../database.ts";

/** Two numbers, so that it is none of the locks that are named by one. */
const LOCK = { family: 1_818_321_004, lock: 1 } as const;
const VALUES = [LOCK.family, LOCK.lock];

/** Until the connection ends. False where another connection to this database has it: nobody waits. */
export async function takeLock(client: PgClient): Promise<boolean> {
  const { rows } = await client.query({
    text: "SELECT pg_try_advisory_lock($1::int, $2::int) AS taken",
    values: VALUES,
  });
  return rows[0]?.taken === true;
}

export async function releaseLock(client: PgClient): Promise<void> {
  await client.query({ text: "SELECT pg_advisory_unlock($1::int, $2::int)", values: VALUES });
}

/** Who has the lock, in words; null if it was released since. */
export async function holderOfLock(client: PgClient): Promise<string | null> {
  const { rows } = await client.query({ text: HOLDER, values: VALUES });
  const [holder] = rows;
  if (holder === undefined) return null;
  const { pid, user, program, address } = holder as Record<string, string | number | null>;
  const name = program ? `, program ${program}` : "";
  const from = address === null ? "" : `, from ${address}`;
  return `server process ${pid}, user ${user ?? "unknown"}${name}${from}`;
}

const HOLDER = `SELECT l.pid, a.usename::text AS user, a.application_name AS program, host(a.client_addr) AS address
  FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
    AND l.classid = $1::int::oid AND l.objid = $2::int::oid
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
