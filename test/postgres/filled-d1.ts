import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { TRANSFER_TABLES } from "../../shared/persistence/pg/transfer/tables.ts";
import type { TransferColumn, TransferTable } from "../../shared/persistence/transfer/records.ts";

/** What text may hold: quotes, ends of lines that JSON and readers of lines see differently, all planes, any length. */
const TEXTS = ["", "it's; -- 'quoted'", "line\nline\r\nend", "\u2028\u2029", "é 日本 🎬", '{"a":1}'];
const VALUES = [null, { b: [1, "'", { c: null }], a: 0.1 }, [], ["\u2028", -0.5, 1e21]];

/** Longer than a statement of D1. */
const LONG_TEXTS = ["'".repeat(110_000), "🎬é".repeat(40_000)];
const LONG_VALUES = [{ long: "日".repeat(60_000) }, [LONG_TEXTS[0], LONG_TEXTS[1]]];

export const ROWS = 9;

export function fillEveryTable(database: DatabaseSync): void {
  database.exec("BEGIN");
  for (const table of TRANSFER_TABLES) {
    const names = table.columns.map(({ name }) => `"${name}"`).join(", ");
    const insert = database.prepare(
      `INSERT INTO "${table.name}" (${names}) VALUES (${table.columns.map(() => "?").join(", ")})`,
    );
    const nullable = nullableColumns(database, table);
    for (let row = 0; row < ROWS; row++) {
      insert.run(...table.columns.map((column, index) => storedSample(table, column, row, index, nullable)));
    }
  }
  database.exec("COMMIT");
}

function nullableColumns(database: DatabaseSync, { name }: TransferTable): readonly string[] {
  const columns = database.prepare(`SELECT name FROM pragma_table_info('${name}') WHERE "notnull" = 0`).all();
  return columns.map((column) => String(column.name));
}

/** Each row has other values, and one row has NULL wherever a column may be NULL. */
function storedSample(
  table: TransferTable,
  column: TransferColumn,
  row: number,
  index: number,
  nullable: readonly string[],
) {
  const isKey = table.key.includes(column.name);
  if (!isKey && row === 1 && nullable.includes(column.name)) return null;
  switch (column.kind) {
    case "flag":
      return row % 2;
    case "integer":
      if (isKey) return row + 1;
      return row === 0 ? Number.MAX_SAFE_INTEGER - index : row * index;
    case "real":
      return [0.1, 1 / 3, 1e-7, 123456789.123, 0, 5, 2 ** 60, 1.5, 1e300][row] ?? 0;
    case "json":
      if (table.name === "video_post_revision" && row < 2) return JSON.stringify(LONG_VALUES[row]);
      return JSON.stringify(VALUES[(row + index) % VALUES.length] ?? {});
    case "text": {
      // What is unique or short in reality is so here.
      const isNamed =
        isKey || /_(?:id|token|version|state)$|^(?:kind|state|subject|direction|quality)$/.test(column.name);
      if (isNamed || table.name === "audit_event" || table.name === "author_reward")
        return `${column.name.replace("video_post_id", "id")} ${row}`;
      if (column.name === "description" && table.name === "video_post") return LONG_TEXTS[row] ?? "";
      return TEXTS[(row + index) % TEXTS.length]!;
    }
    default:
      return column.kind satisfies never;
  }
}

export function emptyD1(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY");
  const migrations = new URL("../../migrations/d1/", import.meta.url);
  for (const name of readdirSync(migrations)
    .filter((entry) => entry.endsWith(".sql"))
    .toSorted()) {
    database.exec(readFileSync(new URL(name, migrations), "utf8"));
  }
  return database;
}
