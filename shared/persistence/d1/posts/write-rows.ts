import { getTableColumns, getTableName, type InferInsertModel, type SQL, sql } from "drizzle-orm";
import { getTableConfig, type SQLiteColumn, type SQLiteTable } from "drizzle-orm/sqlite-core";

/*
 * D1 binds at most 100 parameters, so rows are JSON arrays that json_each unpacks, as many per parameter as fit. Only
 * rows that differ from the stored ones are sent.
 */

/** Bytes per parameter: half of D1's limit of 2 MB. */
export const MAX_PARAMETER_BYTES = 1_000_000;

/**
 * How a table is written. `keep`: columns that others write. `insertOnly`: columns that an update does not change.
 * `clearOnly`: columns that an update fills where they are NULL, or sets to NULL or "", and otherwise does not change.
 */
export type WriteRules = {
  readonly keep?: readonly string[];
  readonly insertOnly?: readonly string[];
  readonly clearOnly?: readonly string[];
};

type Rows<T extends SQLiteTable> = readonly InferInsertModel<T>[];

/**
 * Inserts or updates (by primary key) the rows of `after` that differ from `before`. An update sets only the columns that
 * differ in one of the rows, because SQLite writes every index of a column that an UPDATE sets.
 */
export function upsertChanged<T extends SQLiteTable>(
  table: T,
  before: Rows<T>,
  after: Rows<T>,
  { keep = [], insertOnly = [], clearOnly = [] }: WriteRules = {},
): SQL[] {
  const { columns, key } = shapeOf(table);
  const written = columns.filter(([property]) => !keep.includes(property));
  const compared = written.filter((column) => !key.includes(column) && !insertOnly.includes(column[0]));
  const stored = new Map(before.map((row) => [jsonOf(key, row), row]));
  const isChanged = (row: Rows<T>[number], some: readonly Column[]) => {
    const earlier = stored.get(jsonOf(key, row));
    return earlier === undefined || jsonOf(some, earlier) !== jsonOf(some, row);
  };
  const changed = after.filter((row) => isChanged(row, compared));
  const differing = compared.filter((column) => changed.some((row) => isChanged(row, [column])));
  const updates = differing.map(([property, { name }]) =>
    clearOnly.includes(property)
      ? `"${name}" = iif(coalesce(excluded."${name}", '') = '', excluded."${name}", coalesce("${getTableName(table)}"."${name}", excluded."${name}"))`
      : `"${name}" = excluded."${name}"`,
  );
  return parametersOf(table, changed, written).map(
    (rows) => sql`INSERT INTO ${sql.identifier(getTableName(table))} (${names(written)})
    SELECT ${extracted(written.length)} FROM json_each(${rows}) WHERE true
    ON CONFLICT (${names(key)}) DO UPDATE SET ${sql.raw(updates.join(", "))}`,
  );
}

/** Deletes the rows of `before` whose primary key is not in `after`. */
export function deleteMissing<T extends SQLiteTable>(table: T, before: Rows<T>, after: Rows<T>): SQL[] {
  const { key } = shapeOf(table);
  const kept = new Set(after.map((row) => jsonOf(key, row)));
  const gone = before.filter((row) => !kept.has(jsonOf(key, row)));
  return parametersOf(table, gone, key).map(
    (rows) => sql`DELETE FROM ${sql.identifier(getTableName(table))}
    WHERE (${names(key)}) IN (SELECT ${extracted(key.length)} FROM json_each(${rows}))`,
  );
}

type Column = readonly [property: string, column: SQLiteColumn];

function shapeOf(table: SQLiteTable): { readonly columns: readonly Column[]; readonly key: readonly Column[] } {
  const columns = Object.entries(getTableColumns(table) as Record<string, SQLiteColumn>);
  const composite = getTableConfig(table).primaryKeys[0]?.columns.map(({ name }) => name);
  return { columns, key: columns.filter(([, { name, primary }]) => composite?.includes(name) ?? primary) };
}

function jsonOf(columns: readonly Column[], row: Record<string, unknown>): string {
  const values = columns.map(([property, column]) => {
    const value = row[property];
    return value === null || value === undefined ? null : column.mapToDriverValue(value);
  });
  return JSON.stringify(values);
}

const encoder = new TextEncoder();

/** The rows as JSON arrays of at most one parameter each. */
function parametersOf(
  table: SQLiteTable,
  rows: readonly Record<string, unknown>[],
  columns: readonly Column[],
): string[] {
  const groups: string[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const json = jsonOf(columns, row);
    // Includes the comma; the brackets are the 2 of a group.
    const bytes = encoder.encode(json).length + 1;
    if (2 + bytes > MAX_PARAMETER_BYTES) throw new Error(`a row of ${getTableName(table)} has ${bytes} bytes`);
    if (size + bytes > MAX_PARAMETER_BYTES) {
      groups.push([]);
      size = 2;
    }
    groups.at(-1)!.push(json);
    size += bytes;
  }
  return groups.map((group) => `[${group.join(",")}]`);
}

function extracted(count: number): SQL {
  return sql.raw(Array.from({ length: count }, (_, i) => `json_extract(value, '$[${i}]')`).join(", "));
}

function names(columns: readonly Column[]): SQL {
  return sql.raw(columns.map(([, { name }]) => `"${name}"`).join(", "));
}
