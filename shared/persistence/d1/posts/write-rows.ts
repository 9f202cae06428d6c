import { getTableColumns, getTableName, type InferInsertModel, type SQL, sql } from "drizzle-orm";
import { getTableConfig, type SQLiteColumn, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { changedRows, missingRows, type TableShape, type WriteRules } from "../../rows/row-changes.ts";

/*
 * D1 binds at most 100 parameters, so rows are JSON arrays that json_each unpacks, as many per parameter as fit.
 */

/** Bytes per parameter: half of D1's limit of 2 MB. */
export const MAX_PARAMETER_BYTES = 1_000_000;

type Rows<T extends SQLiteTable> = readonly InferInsertModel<T>[];

/**
 * Inserts or updates (by primary key) the rows of `after` that differ from `before`. An update sets only the columns that
 * differ in one of the rows, because SQLite writes every index of a column that an UPDATE sets.
 */
export function upsertChanged<T extends SQLiteTable>(
  table: T,
  before: Rows<T>,
  after: Rows<T>,
  rules: WriteRules = {},
): SQL[] {
  const shape = shapeOf(table);
  const { rows: changed, written, updated } = changedRows(shape, before, after, rules);
  const updates = columnsOf(table, updated).map(([property, { name }]) =>
    rules.clearOnly?.includes(property)
      ? `"${name}" = iif(coalesce(excluded."${name}", '') = '', excluded."${name}", coalesce("${getTableName(table)}"."${name}", excluded."${name}"))`
      : `"${name}" = excluded."${name}"`,
  );
  const columns = columnsOf(table, written);
  return parametersOf(table, changed, columns).map(
    (rows) => sql`INSERT INTO ${sql.identifier(getTableName(table))} (${names(columns)})
    SELECT ${extracted(columns.length)} FROM json_each(${rows}) WHERE true
    ON CONFLICT (${names(columnsOf(table, shape.key))}) DO UPDATE SET ${sql.raw(updates.join(", "))}`,
  );
}

/** Deletes the rows of `before` whose primary key is not in `after`. */
export function deleteMissing<T extends SQLiteTable>(table: T, before: Rows<T>, after: Rows<T>): SQL[] {
  const shape = shapeOf(table);
  const key = columnsOf(table, shape.key);
  return parametersOf(table, missingRows(shape, before, after), key).map(
    (rows) => sql`DELETE FROM ${sql.identifier(getTableName(table))}
    WHERE (${names(key)}) IN (SELECT ${extracted(key.length)} FROM json_each(${rows}))`,
  );
}

type Column = readonly [property: string, column: SQLiteColumn];

function shapeOf(table: SQLiteTable): TableShape {
  const columns = Object.entries(getTableColumns(table) as Record<string, SQLiteColumn>);
  const composite = getTableConfig(table).primaryKeys[0]?.columns.map(({ name }) => name);
  const key = columns.filter(([, { name, primary }]) => composite?.includes(name) ?? primary);
  return { columns: columns.map(([property]) => property), key: key.map(([property]) => property) };
}

function columnsOf(table: SQLiteTable, properties: readonly string[]): readonly Column[] {
  const columns = getTableColumns(table) as Record<string, SQLiteColumn>;
  return properties.map((property) => [property, columns[property]!]);
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
