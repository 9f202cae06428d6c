import {
  type Content,
  keyOf,
  type PlainRow,
  type ReadableDatabase,
  type TransferTable,
  unstorableColumn,
} from "../../transfer/records.ts";
import type { PgClient } from "../database.ts";
import { readPostgres, schemaProblem } from "./read-postgres.ts";
import { TRANSFER_TABLES } from "./tables.ts";

const ROWS_AT_ONCE = 200;

/** Reads what `read` asks for, in one transaction: nothing that is written meanwhile shows. */
export async function readingPostgres<T>(
  client: PgClient,
  read: (database: ReadableDatabase) => Promise<T>,
): Promise<T> {
  await client.query({ text: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" });
  const result = await read(readPostgres(client));
  await client.query({ text: "ROLLBACK" });
  return result;
}

/**
 * Fills an empty database, in one transaction, which ends with the connection where anything is thrown. `verify` reads
 * what was written before it is committed; a sentence that it returns undoes everything. Returns that sentence, or the
 * reason of a refusal, or null.
 */
export async function fillPostgres(
  client: PgClient,
  content: Content,
  verify: (database: ReadableDatabase) => Promise<string | null>,
): Promise<string | null> {
  await client.query({ text: "BEGIN" });
  const problem = (await refusal(client)) ?? (await write(client, content)) ?? (await verify(readPostgres(client)));
  await client.query({ text: problem === null ? "COMMIT" : "ROLLBACK" });
  return problem;
}

/** The locks keep a Worker and processors that were not stopped from writing beside the import. */
async function refusal(client: PgClient): Promise<string | null> {
  const problem = await schemaProblem(client);
  if (problem !== null) return problem;
  const names = TRANSFER_TABLES.map(({ name }) => `"${name}"`);
  await client.query({ text: `LOCK TABLE ${names.join(", ")} IN SHARE ROW EXCLUSIVE MODE` });
  for (const name of names) {
    const { rows } = await client.query({ text: `SELECT 1 FROM ${name} LIMIT 1` });
    if (rows.length > 0) return `it is not empty: ${name} has rows`;
  }
  return null;
}

async function write(client: PgClient, content: Content): Promise<string | null> {
  for (const table of TRANSFER_TABLES) {
    let some: PlainRow[] = [];
    for await (const row of content.rows(table)) {
      const column = unstorableColumn(row);
      if (column !== null) {
        return `Postgres cannot store ${table.name}.${column} of ${keyOf(table, row)}: it has U+0000 or half of a surrogate pair`;
      }
      some.push(row);
      if (some.length === ROWS_AT_ONCE) {
        await insert(client, table, some);
        some = [];
      }
    }
    if (some.length > 0) await insert(client, table, some);
    const drawn = content.drawn(table);
    if (table.numbered !== null && drawn > 0) {
      const text = "SELECT setval(pg_get_serial_sequence($1, $2)::regclass, $3)";
      await client.query({ text, values: [table.name, table.numbered, drawn] });
    }
  }
  return null;
}

async function insert(client: PgClient, table: TransferTable, rows: readonly PlainRow[]): Promise<void> {
  const names = table.columns.map(({ name }) => `"${name}"`).join(", ");
  // The types of the columns are those of the table.
  const text = `INSERT INTO "${table.name}" (${names})
    SELECT ${names} FROM json_populate_recordset(NULL::"${table.name}", $1::json)`;
  await client.query({ text, values: [JSON.stringify(rows)] });
}
