import type { Connect } from "../../shared/persistence/pg/database.ts";
import type { Inspection, Row, Where } from "./d1.ts";

/*
 * What tests read and change behind the ports, in the dialect of Postgres. Rows have D1's form, so that one test serves
 * both: a boolean is 1 or 0, and JSON is text.
 */

/** Bounds one statement; a row of the tests has about 1 kB. */
const ROWS_AT_ONCE = 5000;

export function inspectPg(connect: Connect): Inspection {
  const run = async <R>(text: string, values: readonly unknown[] = []) => {
    const { rows } = await connect((client) => client.query({ text, values }));
    return rows.map(asInD1) as R[];
  };
  const rows: Inspection["rows"] = <R>(table: string, where: Where = {}) => {
    const { text, values } = conditions(where);
    return run<R>(`SELECT * FROM "${table}"${text}`, values);
  };
  const typesOf = async (table: string) => {
    const found = await run<{ name: string; type: string }>(
      "SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_name = $1",
      [table],
    );
    return new Map(found.map(({ name, type }) => [name, type]));
  };
  return {
    rows,
    count: async (table, where = {}) => {
      const { text, values } = conditions(where);
      return (await run<{ n: number }>(`SELECT count(*) AS n FROM "${table}"${text}`, values))[0]!.n;
    },
    change: async (table, changed, where = {}) => {
      const columns = Object.keys(changed).map((name, index) => `"${name}" = $${index + 1}`);
      const { text, values } = conditions(where, columns.length);
      await run(`UPDATE "${table}" SET ${columns.join(", ")}${text}`, [...Object.values(changed), ...values]);
    },
    insert: async (table, given) => {
      const list = Array.isArray(given) ? (given as readonly Row[]) : [given as Row];
      const columns = Object.keys(list[0]!);
      const types = await typesOf(table);
      const names = columns.map((name) => `"${name}"`).join(", ");
      const read = columns.map((name) => `(value ->> '${name}')::${types.get(name)}`).join(", ");
      for (let at = 0; at < list.length; at += ROWS_AT_ONCE) {
        const some = JSON.stringify(list.slice(at, at + ROWS_AT_ONCE));
        await run(`INSERT INTO "${table}" (${names}) SELECT ${read} FROM jsonb_array_elements($1::jsonb)`, [some]);
      }
    },
    remove: async (table, where = {}) => {
      const { text, values } = conditions(where);
      await run(`DELETE FROM "${table}"${text}`, values);
    },
    tables: async () => (await ownTables(run)).map(({ name }) => name),
    execute: async (statements) => {
      for (const statement of statements) await run(statement);
    },
  };
}

/** Removes every row, those of the append-only tables too. */
export async function emptyTables(connect: Connect): Promise<void> {
  const names = await inspectPg(connect).tables();
  const deletes = names.map((name) => `DELETE FROM "${name}"`).join("; ");
  const text = `DO $$ BEGIN SET LOCAL session_replication_role = replica; ${deletes}; END $$`;
  await connect((client) => client.query({ text }));
}

/** The list of migrations is that of `ladderlock migrate`, and no table of the application. */
function ownTables(run: <R>(text: string) => Promise<R[]>): Promise<{ name: string }[]> {
  return run(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'ladderlock\\_%' ORDER BY 1",
  );
}

function asInD1(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, valueInD1(value)]));
}

function valueInD1(value: unknown): unknown {
  if (typeof value === "boolean") return value ? 1 : 0;
  return value !== null && typeof value === "object" ? JSON.stringify(value) : value;
}

function conditions(where: Where, before = 0): { readonly text: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [];
  const parts = Object.entries(where).map(([name, value]) => {
    if (value === null) return `"${name}" IS NULL`;
    const number = `$${before + values.push(value)}`;
    return Array.isArray(value) ? `"${name}" = ANY(${number})` : `"${name}" = ${number}`;
  });
  return { text: parts.length === 0 ? "" : ` WHERE ${parts.join(" AND ")}`, values };
}
