import {
  type Column,
  getTableColumns,
  getTableName,
  type InferSelectModel,
  type SQL,
  sql,
  type Table,
} from "drizzle-orm";
import { IncompleteAnswer, withoutValues } from "./database-errors.ts";
import { withRetries } from "./retries.ts";

/** The used part of node-postgres's client, which must be in pipeline mode and read bigint columns as numbers. */
export interface PgClient {
  query(query: Query): Promise<PgResult>;
}

/** With $1 for the first of the values. */
export type Query = { readonly text: string; readonly values?: readonly unknown[] };

export type PgResult = {
  readonly rows: readonly Record<string, unknown>[];
  /** As the end of the answer says; null where it says none. */
  readonly rowCount: number | null;
  /** Null where the answer has no end. */
  readonly command: string | null;
};

/** Runs `work` with one client, which serves nothing else until it is released. */
export type Connect = <T>(work: (client: PgClient) => Promise<T>) => Promise<T>;

export type Result = { readonly rows: readonly Record<string, unknown>[]; readonly changes: number };

/** Each call is one transaction. One that Postgres ended because of another one is run again. */
export interface Database {
  run(statement: SQL | Query): Promise<Result>;
  /** After the answer to BEGIN all travel at once; each sees what those before it wrote. Any failure undoes them all. */
  batch(statements: readonly SQL[]): Promise<readonly Result[]>;
  /** Reads of one moment. */
  snapshot(statements: readonly SQL[]): Promise<readonly Result[]>;
}

export function openDatabase(unguarded: Connect): Database {
  const connect: Connect = (work) => unguarded(work).catch((error) => Promise.reject(withoutValues(error)));
  const run = <T>(work: (client: PgClient) => Promise<T>) => withRetries(() => connect(work));
  return {
    run: (statement) => run(async (client) => resultOf(await client.query(queryOf(statement)))),
    batch: (statements) => {
      const queries = statements.map(queryOf);
      return run(async (client) => {
        // Without a transaction each statement behind it would be carried out alone, whatever became of the others. A
        // pooler that has no connection left refuses BEGIN and may have one for the next statement.
        await client.query({ text: "BEGIN ISOLATION LEVEL READ COMMITTED" });
        return inPipeline(client, [], queries);
      });
    },
    snapshot: (statements) => {
      const queries = statements.map(queryOf);
      return run((client) =>
        inPipeline(client, [{ text: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" }], queries),
      );
    },
  };
}

/** In pipeline mode a failed statement lets those behind it fail too, and COMMIT answers ROLLBACK. */
async function inPipeline(
  client: PgClient,
  begin: readonly Query[],
  statements: readonly Query[],
): Promise<readonly Result[]> {
  const queries = [...begin, ...statements, { text: "COMMIT" }];
  const settled = await Promise.allSettled(queries.map((query) => client.query(query)));
  const results = settled.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
  if (results.at(-1)?.command !== "COMMIT") throw new Error("the transaction was not committed");
  return results.slice(begin.length, -1).map(resultOf);
}

function resultOf({ rows, rowCount, command }: PgResult): Result {
  // Of rows that are returned, the end of the answer has their number.
  const counted = rowCount !== null && (command === "SELECT" || rows.length > 0);
  if (command === null || (counted && rowCount !== rows.length)) throw new IncompleteAnswer(rows.length);
  return { rows, changes: rowCount ?? 0 };
}

/** In the dialect of Postgres, without the query builder that a dialect of drizzle brings along. */
function queryOf(statement: SQL | Query): Query {
  if ("text" in statement) return statement;
  const { sql: text, params } = statement.toQuery({
    casing: AS_NAMED,
    escapeName: (name) => `"${name.replaceAll('"', '""')}"`,
    escapeParam: (index) => `$${index + 1}`,
    escapeString: (value) => `'${value.replaceAll("'", "''")}'`,
  });
  return { text, values: params };
}

const AS_NAMED = { getColumnCasing: (column: Column) => column.name } as never;

/** The columns of a table as its rows are selected: `SELECT ${columnsOf(table)} FROM ...`. */
export function columnsOf(table: Table, alias?: string): SQL {
  const prefix = alias === undefined ? sql`` : sql`${sql.identifier(alias)}.`;
  const names = Object.values(getTableColumns(table)).map(({ name }) => sql`${prefix}${sql.identifier(name)}`);
  return sql.join(names, sql`, `);
}

/** A row by the names of the schema's properties. Columns that are not of the table are left out. */
export function rowOf<T extends Table>(table: T, row: Record<string, unknown>): InferSelectModel<T> {
  const columns = Object.entries(getTableColumns(table));
  return Object.fromEntries(columns.map(([property, { name }]) => [property, row[name]])) as InferSelectModel<T>;
}

/** A value of a jsonb column. node-postgres would send an array as an array of Postgres. */
export function jsonb(value: unknown): SQL {
  return value === null || value === undefined ? sql`NULL::jsonb` : sql`${JSON.stringify(value)}::jsonb`;
}

/** An array for `unnest` and `= ANY`. drizzle would write an array as a list of parameters. */
export function texts(values: readonly string[]): SQL {
  return sql`${sql.param([...values])}::text[]`;
}

/**
 * A whole row as one parameter: `INSERT INTO t ${rowValues(t, row)}`. Its columns are named, so that columns of a later
 * release get their defaults.
 */
export function rowValues<T extends Table>(table: T, row: InferSelectModel<T>): SQL {
  const properties = row as Readonly<Record<string, unknown>>;
  const values = Object.entries(getTableColumns(table)).map(([property, { name }]) => [name, properties[property]]);
  const names = columnsOf(table);
  return sql`(${names}) SELECT ${names}
    FROM json_populate_record(NULL::${sql.identifier(getTableName(table))}, ${JSON.stringify(Object.fromEntries(values))})`;
}
