import type { PlainRow, ReadableDatabase, TransferColumn, TransferTable } from "../../transfer/records.ts";

/** An open SQLite database, such as one that a file of `wrangler d1 export` was run into. */
export interface SqliteDatabase {
  all(text: string): Iterable<Record<string, unknown>>;
}

export function readSqlite(database: SqliteDatabase, tables: readonly TransferTable[]): ReadableDatabase {
  return {
    problem: async () => schemaProblem(database, tables),
    rows: (table) => rowsOf(database, table),
    drawn: async (table) => {
      const [row] = database.all(`SELECT max(
        coalesce((SELECT max("${table.numbered}") FROM "${table.name}"), 0),
        coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = '${table.name}'), 0)) AS drawn`);
      return row?.drawn as number;
    },
  };
}

function schemaProblem(database: SqliteDatabase, tables: readonly TransferTable[]): string | null {
  for (const { name, columns } of tables) {
    const found = [...database.all(`SELECT name FROM pragma_table_info('${name}')`)].map((column) =>
      String(column.name),
    );
    const missing = columns.find((column) => !found.includes(column.name));
    if (missing !== undefined) {
      return `it has no ${name}.${missing.name}: apply the migrations of this release with wrangler, and export again`;
    }
    const foreign = found.find((column) => !columns.some((known) => known.name === column));
    if (foreign !== undefined) return `this release does not know ${name}.${foreign}: use the release that made it`;
  }
  return null;
}

async function* rowsOf(database: SqliteDatabase, table: TransferTable): AsyncIterable<PlainRow> {
  const names = table.columns.map(({ name }) => `"${name}"`).join(", ");
  const key = table.key.map((name) => `"${name}"`).join(", ");
  for (const row of database.all(`SELECT ${names} FROM "${table.name}" ORDER BY ${key}`)) {
    yield Object.fromEntries(table.columns.map((column) => [column.name, plainValue(column, row[column.name], table)]));
  }
}

function plainValue({ name, kind }: TransferColumn, value: unknown, table: TransferTable): unknown {
  if (value === null || value === undefined) return null;
  switch (kind) {
    case "flag":
      return value === 1;
    case "json":
      return JSON.parse(String(value));
    case "integer":
      if (Number.isSafeInteger(value)) return value;
      throw new Error(`${table.name}.${name} holds ${String(value)}, which is no whole number`);
    case "real":
    case "text":
      return value;
    default:
      return kind satisfies never;
  }
}
