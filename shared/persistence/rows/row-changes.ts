import { canonicalJson } from "../../lib/canonical-json.ts";

/*
 * What a save writes of a table: only rows that differ from the stored ones, and of these only the columns that differ.
 * Columns go by the names of the schema's properties.
 */

/**
 * How a table is written. `keep`: columns that others write. `insertOnly`: columns that an update does not change.
 * `clearOnly`: columns that an update fills where they are NULL, or sets to NULL or "", and otherwise does not change.
 */
export type WriteRules = {
  readonly keep?: readonly string[];
  readonly insertOnly?: readonly string[];
  readonly clearOnly?: readonly string[];
};

export type TableShape = { readonly columns: readonly string[]; readonly key: readonly string[] };

type Row = Readonly<Record<string, unknown>>;

/** `written` are the columns of an insert, `updated` those that an update sets. */
export type RowChanges<R extends Row> = {
  readonly rows: readonly R[];
  readonly written: readonly string[];
  readonly updated: readonly string[];
};

/** The rows of `after` that are not in `before`, or differ there, by their keys. */
export function changedRows<R extends Row>(
  { columns, key }: TableShape,
  before: readonly R[],
  after: readonly R[],
  { keep = [], insertOnly = [] }: WriteRules,
): RowChanges<R> {
  const written = columns.filter((column) => !keep.includes(column));
  const compared = written.filter((column) => !key.includes(column) && !insertOnly.includes(column));
  const stored = new Map(before.map((row) => [valuesOf(key, row), row]));
  const differs = (row: R, some: readonly string[]) => {
    const earlier = stored.get(valuesOf(key, row));
    return earlier === undefined || valuesOf(some, earlier) !== valuesOf(some, row);
  };
  const rows = after.filter((row) => differs(row, compared));
  return { rows, written, updated: compared.filter((column) => rows.some((row) => differs(row, [column]))) };
}

/** The rows of `before` whose key is not in `after`. */
export function missingRows<R extends Row>({ key }: TableShape, before: readonly R[], after: readonly R[]): R[] {
  const kept = new Set(after.map((row) => valuesOf(key, row)));
  return before.filter((row) => !kept.has(valuesOf(key, row)));
}

function valuesOf(columns: readonly string[], row: Row): string {
  return JSON.stringify(columns.map((column) => comparable(row[column] ?? null)));
}

/** A JSON column is compared as one text, which costs time: a post may have thousands of rows without any. */
function comparable(value: unknown): unknown {
  return typeof value === "object" && value !== null ? canonicalJson(value) : value;
}
