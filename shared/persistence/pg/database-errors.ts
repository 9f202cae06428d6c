/**
 * An answer that was cut off. node-postgres takes it for a whole one where the server says that it is ready again, as a
 * pooler may that lends the connection to another client too early.
 */
export class IncompleteAnswer extends Error {
  override readonly name = "IncompleteAnswer";

  constructor(rows: number) {
    super(`the answer of the database ended after ${rows} rows, before its end`);
  }
}

/** SQLSTATE class 22: the message quotes the value that Postgres could not take. */
const DATA_EXCEPTION = /^22/;

/** A table or a column that is not there. */
const OF_SCHEMA: readonly unknown[] = ["42P01", "42703"];

/** What is kept of an error of Postgres: names of the schema, and nothing that a statement was sent with. */
const KEPT = ["code", "severity", "schema", "table", "column", "dataType", "constraint"] as const;

/**
 * The error of a failed statement as it may be logged. The fields of node-postgres's error hold rows and parameters, and
 * so may its message. An error of the connection is returned as it is.
 */
export function withoutValues(error: unknown): unknown {
  if (!(error instanceof Error) || !("severity" in error)) return error;
  const fields = error as unknown as Readonly<Record<string, unknown>>;
  const kept = KEPT.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]);
  const message = DATA_EXCEPTION.test(String(fields.code)) ? error.message.replace(/".*"/s, '"..."') : error.message;
  const remedy = OF_SCHEMA.includes(fields.code) ? ". Run ladderlock migrate of this release" : "";
  return Object.assign(new Error(`${message} (${String(fields.code)})${remedy}`), Object.fromEntries(kept));
}
