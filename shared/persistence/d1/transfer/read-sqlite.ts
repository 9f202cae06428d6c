import {
  keyOf,
  type PlainRow,
  type ReadableDatabase,
  type TransferColumn,
  type TransferTable,
  UnmovableRow,
} from "../../transfer/records.ts";

/** An open SQLite database, such as one that a file of `wrangler d1 export` was run into. */
export interface SqliteDatabase {
  /** Integers are numbers, or bigints beyond those that a number holds exactly. */
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
  // wrangler writes them behind all rows.
  const [trigger] = database.all("SELECT 1 FROM sqlite_schema WHERE type = 'trigger' LIMIT 1");
  if (trigger !== undefined) return null;
  return "it has no triggers, which stand at the end: it was cut off, or made without the schema. Export it again";
}

async function* rowsOf(database: SqliteDatabase, table: TransferTable): AsyncIterable<PlainRow> {
  const names = table.columns.map(({ name }) => `"${name}"`).join(", ");
  const key = table.key.map((name) => `"${name}"`).join(", ");
  for (const row of database.all(`SELECT ${names} FROM "${table.name}" ORDER BY ${key}`)) {
    const plain = table.columns.map((column) => {
      const value = plainValue(column, row[column.name]);
      if (value !== undefined) return [column.name, value] as const;
      throw new UnmovableRow(`${table.name}.${column.name} of ${keyOf(table, row)} is no ${NAMES[column.kind]}`);
    });
    yield Object.fromEntries(plain);
  }
}

const NAMES: Readonly<Record<TransferColumn["kind"], string>> = {
  flag: "0 or 1",
  json: "JSON",
  integer: "whole number that a number of JavaScript holds exactly",
  real: "number",
  text: "text",
};

/** undefined for a value that is none of its column: SQLite keeps any. */
function plainValue({ kind }: TransferColumn, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  switch (kind) {
    case "flag":
      return value === 1 ? true : value === 0 ? false : undefined;
    case "json":
      return parsedJson(value);
    case "integer":
      return Number.isSafeInteger(value) ? value : undefined;
    case "real":
      return typeof value === "number" ? value : undefined;
    case "text":
      return typeof value === "string" ? value : undefined;
    default:
      return kind satisfies never;
  }
}

function parsedJson(value: unknown): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    return undefined;
  }
}
