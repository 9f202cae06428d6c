import { Client } from "pg";
import { vi } from "vitest";
import { asInvocation, countSent, type Invocation, newCount } from "./d1-limits.ts";
import { database } from "./inspection.ts";
import { ownDatabaseName } from "./own-hyperdrive.ts";
import { platformIdle } from "./platform-calls.ts";
import { isOnPostgres } from "./test-env.ts";

export type Measured<T> = { readonly value: T; readonly count: Readonly<Invocation> };

/** What `work` sends to the database, and the rows that it writes there. */
export async function measure<T>(work: () => Promise<T>): Promise<Measured<T>> {
  const count = newCount();
  if (!isOnPostgres) return { value: await asInvocation(work, count), count };
  const before = await rowsWritten();
  const value = await asInvocation(work, count);
  return { value, count: { ...count, changes: (await rowsWritten()) - before } };
}

const WAITING = { timeout: 30_000, interval: 5 };

type Written = { readonly n_tup_ins: number; readonly n_tup_upd: number; readonly n_tup_del: number };

/** Those of triggers too. A connection adds what it wrote to the statistics when it ends. */
async function rowsWritten(): Promise<number> {
  await platformIdle();
  const workers = { datname: ownDatabaseName(), application_name: "ladderlock-worker" };
  // Also in hooks, where there is no expect.poll.
  await vi.waitUntil(async () => (await database.count("pg_stat_activity", workers)) === 0, WAITING);
  const tables = await database.rows<Written>("pg_stat_user_tables");
  return tables.reduce((sum, { n_tup_ins, n_tup_upd, n_tup_del }) => sum + n_tup_ins + n_tup_upd + n_tup_del, 0);
}

type Query = { readonly text: string; readonly values?: readonly unknown[] };
type PatchedClient = { query: (this: Client, query: Query) => Promise<unknown> };

const PATCHED = Symbol.for("ladderlock: Postgres counts statements");
const prototype = Client.prototype as unknown as PatchedClient & { [PATCHED]?: true };

if (isOnPostgres && prototype[PATCHED] === undefined) {
  prototype[PATCHED] = true;
  const { query: original } = prototype;
  prototype.query = function (query) {
    const { text, values = [] } = query;
    if (!/^(?:BEGIN|COMMIT|ROLLBACK)/.test(text)) countSent(text.length + JSON.stringify(values).length);
    return original.call(this, query);
  };
}
