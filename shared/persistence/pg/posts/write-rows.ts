import { getTableColumns, getTableName, type InferSelectModel, type SQL, sql } from "drizzle-orm";
import { getTableConfig, type PgTable } from "drizzle-orm/pg-core";
import { changedRows, missingRows, type TableShape, type WriteRules } from "../../rows/row-changes.ts";
import { jsonb } from "../database.ts";

/* Rows travel as one JSON parameter. The types of its members are those of the table's columns. */

type Rows<T extends PgTable> = readonly Partial<InferSelectModel<T>>[];

/**
 * Inserts or updates (by primary key) the rows of `after` that differ from `before`. An update sets only the columns that
 * differ in one of the rows, so that most updates touch no index.
 */
export function upsertChanged<T extends PgTable>(
  table: T,
  before: Rows<T>,
  after: Rows<T>,
  rules: WriteRules = {},
): SQL[] {
  const shape = shapeOf(table);
  const { rows, written, updated } = changedRows(shape, before, after, rules);
  if (rows.length === 0) return [];
  const updates = updated.map((property) => {
    const name = nameOf(table, property);
    return rules.clearOnly?.includes(property)
      ? sql`${name} = CASE WHEN coalesce(excluded.${name}, '') = '' THEN excluded.${name}
          ELSE coalesce(stored.${name}, excluded.${name}) END`
      : sql`${name} = excluded.${name}`;
  });
  return [
    sql`INSERT INTO ${nameOf(table)} AS stored (${namesOf(table, written)})
      SELECT ${namesOf(table, written)} FROM ${recordsOf(table, rows, written)}
      ON CONFLICT (${namesOf(table, shape.key)}) DO UPDATE SET ${sql.join(updates, sql`, `)}`,
  ];
}

/** Deletes the rows of `before` whose primary key is not in `after`. */
export function deleteMissing<T extends PgTable>(table: T, before: Rows<T>, after: Rows<T>): SQL[] {
  const shape = shapeOf(table);
  const rows = missingRows(shape, before, after);
  if (rows.length === 0) return [];
  return [
    sql`DELETE FROM ${nameOf(table)} WHERE (${namesOf(table, shape.key)}) IN
      (SELECT ${namesOf(table, shape.key)} FROM ${recordsOf(table, rows, shape.key)})`,
  ];
}

function shapeOf(table: PgTable): TableShape {
  const columns = Object.entries(getTableColumns(table));
  const composite = getTableConfig(table).primaryKeys[0]?.columns.map(({ name }) => name);
  const key = columns.filter(([, { name, primary }]) => composite?.includes(name) ?? primary);
  return { columns: columns.map(([property]) => property), key: key.map(([property]) => property) };
}

function recordsOf(table: PgTable, rows: readonly Record<string, unknown>[], properties: readonly string[]): SQL {
  const columns = getTableColumns(table);
  const records = rows.map((row) =>
    Object.fromEntries(properties.map((property) => [columns[property]!.name, row[property] ?? null])),
  );
  return sql`jsonb_populate_recordset(NULL::${nameOf(table)}, ${jsonb(records)})`;
}

function namesOf(table: PgTable, properties: readonly string[]): SQL {
  return sql.join(
    properties.map((property) => nameOf(table, property)),
    sql`, `,
  );
}

function nameOf(table: PgTable, property?: string) {
  return sql.identifier(property === undefined ? getTableName(table) : getTableColumns(table)[property]!.name);
}
