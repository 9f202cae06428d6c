import d1Journal from "../../migrations/d1/meta/_journal.json" with { type: "json" };
import pgJournal from "../../migrations/pg/meta/_journal.json" with { type: "json" };
import type { Diagnostics } from "../api/definitions/admin/diagnostics.ts";

type Migrations = Diagnostics["migrations"];

const JOURNALS = { d1: d1Journal, postgres: pgJournal } as const;

/**
 * `applied`: the list that the database has, or null. D1 may have been migrated by another tool than wrangler; Postgres
 * without the list of `ladderlock migrate` was never migrated.
 */
export function compareMigrations(database: keyof typeof JOURNALS, applied: readonly string[] | null): Migrations {
  const expected = JOURNALS[database].entries.map(({ tag }) => `${tag}.sql`);
  const newest = expected.at(-1) ?? "";
  const known = applied ?? (database === "postgres" ? [] : null);
  if (known === null) return { newest, applied: null, missing: [], unknown: [] };
  return {
    newest,
    applied: known.length,
    missing: expected.filter((name) => !known.includes(name)),
    unknown: known.filter((name) => !expected.includes(name)),
  };
}

/** What a table holds, or `nothing` where missing migrations explain that it cannot be read. */
export async function readWith<T>({ missing }: Migrations, read: () => Promise<T>, nothing: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (missing.length === 0) throw error;
    return nothing;
  }
}
