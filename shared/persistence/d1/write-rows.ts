import { getTableColumns, getTableName, type InferInsertModel, type SQL, sql } from "drizzle-orm";
import { getTableConfig, type SQLiteColumn, type SQLiteTable } from "drizzle-orm/sqlite-core";

/*
 * D1 binds at most 100 parameters, so a set of rows travels as one JSON array of arrays and is unpacked by json_each:
 * one statement and one parameter for any number of rows.
 */

/**
 * INSERT of all rows, or UPDATE where the primary key is there. `keep` names columns that are neither inserted nor
 * updated, `insertOnly` those that an update leaves alone.
 */
export function upsertRows<T extends SQLiteTable>(
  table: T,
  rows: readonly InferInsertModel<T>[],
  keep: readonly string[] = [],
  insertOnly: readonly string[] = [],
): SQL {
  const columns = Object.entries(getTableColumns(table) as Record<string, SQLiteColumn>).filter(
    ([property]) => !keep.includes(property),
  );
  const key = primaryKeyNames(table);
  const values = rows.map((row) => columns.map(([property, column]) => driverValue(column, row, property)));
  const updates = columns
    .filter(([property, { name }]) => !key.includes(name) && !insertOnly.includes(property))
    .map(([, { name }]) => name);
  return sql`INSERT INTO ${sql.identifier(getTableName(table))} (${names(columns.map(([, column]) => column.name))})
    SELECT ${sql.raw(columns.map((_, i) => `json_extract(value, '$[${i}]')`).join(", "))}
    FROM json_each(${JSON.stringify(values)}) WHERE true
    ON CONFLICT (${names(key)}) DO UPDATE SET ${sql.raw(updates.map((name) => `"${name}" = excluded."${name}"`).join(", "))}`;
}

/** DELETE of the rows under `scope` whose primary key is not among `rows`. */
export function pruneRows<T extends SQLiteTable>(table: T, rows: readonly InferInsertModel<T>[], scope: SQL): SQL {
  const columns = Object.entries(getTableColumns(table) as Record<string, SQLiteColumn>);
  const key = columns.filter(([, column]) => primaryKeyNames(table).includes(column.name));
  const kept = rows.map((row) => key.map(([property, column]) => driverValue(column, row, property)));
  return sql`DELETE FROM ${sql.identifier(getTableName(table))} WHERE ${scope}
    AND (${names(key.map(([, column]) => column.name))}) NOT IN (
      SELECT ${sql.raw(key.map((_, i) => `json_extract(value, '$[${i}]')`).join(", "))}
      FROM json_each(${JSON.stringify(kept)}))`;
}

function driverValue(column: SQLiteColumn, row: Record<string, unknown>, property: string): unknown {
  const value = row[property];
  return value === null || value === undefined ? null : column.mapToDriverValue(value);
}

function primaryKeyNames(table: SQLiteTable): string[] {
  const config = getTableConfig(table);
  const composite = config.primaryKeys[0]?.columns.map((column) => column.name);
  return composite ?? config.columns.filter((column) => column.primary).map((column) => column.name);
}

function names(all: readonly string[]): SQL {
  return sql.raw(all.map((name) => `"${name}"`).join(", "));
}
