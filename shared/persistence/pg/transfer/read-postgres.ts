import type { PlainRow, ReadableDatabase, TransferTable } from "../../transfer/records.ts";
import type { PgClient } from "../database.ts";
import { TRANSFER_TABLES } from "./tables.ts";

const ROWS_AT_ONCE = 500;

/** Reads everything in one transaction of `client`, which has to be in it: BEGIN ISOLATION LEVEL REPEATABLE READ. */
export function readPostgres(client: PgClient): ReadableDatabase {
  return {
    problem: () => schemaProblem(client),
    rows: (table) => rowsOf(client, table),
    drawn: (table) => drawnOf(client, table),
  };
}

/** Why this is not the database of this release; null if it is. */
export async function schemaProblem(client: PgClient): Promise<string | null> {
  const { rows } = await client.query({
    text: `SELECT table_name AS t, column_name AS c FROM information_schema.columns
      WHERE table_schema = current_schema() AND table_name = ANY($1)`,
    values: [TRANSFER_TABLES.map(({ name }) => name)],
  });
  const found = new Set(rows.map(({ t, c }) => `${t}.${c}`));
  const wanted = TRANSFER_TABLES.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column.name}`));
  const [missing] = wanted.filter((name) => !found.has(name));
  const [foreign] = [...found].filter((name) => !wanted.includes(name));
  if (missing !== undefined) return `it has no ${missing}: run \`ladderlock migrate\` of this release`;
  return foreign === undefined ? null : `this release does not know ${foreign}: use the release that made it`;
}

/** Of these no row is ever deleted: a number that no row has was given to nothing, and D1 cannot remember it. */
const NEVER_DELETED = ["author_reward"];

/** Reads the sequence itself: catalogues show nothing to a role that may not read it, as if no number had been drawn. */
async function drawnOf(client: PgClient, { name, numbered }: TransferTable): Promise<number> {
  const values = [name, numbered];
  const highest = `SELECT greatest(0, (SELECT max("${numbered}") FROM "${name}")`;
  if (NEVER_DELETED.includes(name)) {
    const { rows } = await client.query({ text: `${highest}) AS drawn` });
    return rows[0]?.drawn as number;
  }
  const { rows: found } = await client.query({ text: "SELECT pg_get_serial_sequence($1, $2) AS sequence", values });
  const { rows } = await client.query({
    text: `${highest}, (SELECT last_value FROM ${String(found[0]?.sequence)} WHERE is_called)) AS drawn`,
  });
  return rows[0]?.drawn as number;
}

async function* rowsOf(client: PgClient, table: TransferTable): AsyncIterable<PlainRow> {
  const key = table.key.map((name) => `"${name}"`).join(", ");
  const columns = table.columns.map(({ name }) => `"${name}"`).join(", ");
  for (let last: PlainRow | null = null; ; ) {
    const values: readonly unknown[] = last === null ? [] : table.key.map((name) => last?.[name]);
    const after = last === null ? "" : `WHERE (${key}) > (${values.map((_, index) => `$${index + 1}`).join(", ")})`;
    const text = `SELECT ${columns} FROM "${table.name}" ${after} ORDER BY ${key} LIMIT ${ROWS_AT_ONCE}`;
    const { rows }: { rows: readonly PlainRow[] } = await client.query({ text, values });
    yield* rows;
    if (rows.length < ROWS_AT_ONCE) return;
    last = rows.at(-1)!;
  }
}
