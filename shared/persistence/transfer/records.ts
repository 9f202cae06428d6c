import { unstorablePath } from "../../lib/storable-text.ts";

export type ColumnKind = "text" | "integer" | "real" | "flag" | "json";
export type TransferColumn = { readonly name: string; readonly kind: ColumnKind };

/** A table as both databases have it: its columns, and those of its primary key in their order. */
export type TransferTable = {
  readonly name: string;
  readonly columns: readonly TransferColumn[];
  readonly key: readonly string[];
  /** The column of a number that is drawn from a sequence. */
  readonly numbered: string | null;
};

/** A row by the names of its columns: flags are booleans, JSON is parsed, times are milliseconds. */
export type PlainRow = Readonly<Record<string, unknown>>;

/** A database that is read at one moment: each table in the order of its primary key. */
export interface ReadableDatabase {
  /** Why it cannot be read, such as tables of another release; null if it can. */
  readonly problem: () => Promise<string | null>;
  readonly rows: (table: TransferTable) => AsyncIterable<PlainRow>;
  /** The highest number ever drawn for this table. */
  readonly drawn: (table: TransferTable) => Promise<number>;
}

/** What is written: the rows of each table, and the highest number ever drawn for those that have numbers. */
export type Content = {
  readonly rows: (table: TransferTable) => AsyncIterable<PlainRow>;
  readonly drawn: (table: TransferTable) => number;
};

/** A row that cannot be moved as it is. The message names it in a sentence. */
export class UnmovableRow extends Error {
  override readonly name = "UnmovableRow";
}

/** The values of its primary key, for messages. */
export function keyOf({ key }: TransferTable, row: PlainRow): string {
  return key.map((name) => row[name]).join(", ");
}

/** The first column whose text Postgres does not store: one with U+0000, or with half of a surrogate pair. */
export function unstorableColumn(row: PlainRow): string | null {
  return unstorablePath(row)?.[0] ?? null;
}
