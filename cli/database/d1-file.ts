import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { constants, DatabaseSync } from "node:sqlite";
import type { SqliteDatabase } from "../../shared/persistence/d1/transfer/read-sqlite.ts";

/** Node reads a file into one text, which has at most 2^29 characters. */
const LONGEST_SCRIPT_BYTES = 500_000_000;

export type OpenSqlite = { readonly database: SqliteDatabase; readonly close: () => void };

/** Opens a file of `wrangler d1 export`, whose statements are run in memory, or a SQLite database. */
export function openD1File(path: string): OpenSqlite | { readonly problem: string } {
  if (isDatabase(path)) return opened(new DatabaseSync(path, { readOnly: true }));
  if (statSync(path).size > LONGEST_SCRIPT_BYTES) {
    return { problem: `it is larger than 500 MB: run \`sqlite3 d1.sqlite < ${path}\`, and name d1.sqlite instead` };
  }
  const database = new DatabaseSync(":memory:", { enableForeignKeyConstraints: false });
  // The only statement with which a file could reach other files.
  database.setAuthorizer((action) =>
    action === constants.SQLITE_ATTACH ? constants.SQLITE_DENY : constants.SQLITE_OK,
  );
  try {
    database.exec(readFileSync(path, "utf8"));
  } catch (error) {
    database.close();
    return { problem: `it is no file of \`wrangler d1 export\`: ${firstLine(error)}` };
  }
  return opened(database);
}

function opened(database: DatabaseSync): OpenSqlite {
  return {
    database: { all: (text) => rowsOf(database, text) },
    close: () => database.close(),
  };
}

/** Read as numbers, an integer that no number holds exactly would be an error that names no row. */
function* rowsOf(database: DatabaseSync, text: string): Iterable<Record<string, unknown>> {
  const statement = database.prepare(text);
  statement.setReadBigInts(true);
  for (const row of statement.iterate()) {
    const values = Object.entries(row).map(([name, value]) => {
      const isExact = typeof value === "bigint" && Number.isSafeInteger(Number(value));
      return [name, isExact ? Number(value) : value] as const;
    });
    yield Object.fromEntries(values);
  }
}

function isDatabase(path: string): boolean {
  const start = Buffer.alloc(16);
  const file = openSync(path, "r");
  try {
    readSync(file, start, 0, 16, 0);
  } finally {
    closeSync(file);
  }
  return start.toString("latin1") === "SQLite format 3\0";
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
