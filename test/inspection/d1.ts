/*
 * What tests read and change behind the ports, in the dialect of D1. A suite of another database has a module with the
 * same functions; the tests that use them name tables and columns, which are the same there.
 */

export type Row = Readonly<Record<string, unknown>>;
/** Columns that have these values; a list means one of its values. */
export type Where = Readonly<Record<string, unknown>>;

type Statement = { bind(...values: unknown[]): Statement; all<R>(): Promise<{ results: R[] }> };
export type InspectedDatabase = { prepare(text: string): Statement };

export type Inspection = {
  rows<R = Record<string, unknown>>(table: string, where?: Where): Promise<R[]>;
  count(table: string, where?: Where): Promise<number>;
  change(table: string, values: Row, where?: Where): Promise<void>;
  /** Many rows at once have the columns of the first. */
  insert(table: string, rows: Row | readonly Row[]): Promise<void>;
  remove(table: string, where?: Where): Promise<void>;
  tables(): Promise<string[]>;
  /** What is of the dialect itself: the statements of a migration, a trigger, an index. */
  execute(statements: readonly string[]): Promise<void>;
};

/** Below the longest parameter of D1. */
const ROWS_AT_ONCE = 5000;

export function inspectD1(db: InspectedDatabase): Inspection {
  const run = async <R>(text: string, values: readonly unknown[]) =>
    (await (values.length === 0 ? db.prepare(text) : db.prepare(text).bind(...values)).all<R>()).results;
  const rows: Inspection["rows"] = <R>(table: string, where: Where = {}) => {
    const { text, values } = conditions(where);
    return run<R>(`SELECT * FROM "${table}"${text}`, values);
  };
  return {
    rows,
    count: async (table, where = {}) => {
      const { text, values } = conditions(where);
      return (await run<{ n: number }>(`SELECT count(*) AS n FROM "${table}"${text}`, values))[0]!.n;
    },
    change: async (table, changed, where = {}) => {
      const columns = Object.keys(changed).map((name) => `"${name}" = ?`);
      const { text, values } = conditions(where);
      await run(`UPDATE "${table}" SET ${columns.join(", ")}${text}`, [...Object.values(changed), ...values]);
    },
    insert: async (table, given) => {
      const list = Array.isArray(given) ? (given as readonly Row[]) : [given as Row];
      const columns = Object.keys(list[0]!);
      const names = columns.map((name) => `"${name}"`).join(", ");
      const read = columns.map((name) => `json_extract(value, '$.${name}')`).join(", ");
      for (let at = 0; at < list.length; at += ROWS_AT_ONCE) {
        const some = JSON.stringify(list.slice(at, at + ROWS_AT_ONCE));
        await run(`INSERT INTO "${table}" (${names}) SELECT ${read} FROM json_each(?)`, [some]);
      }
    },
    remove: async (table, where = {}) => {
      const { text, values } = conditions(where);
      await run(`DELETE FROM "${table}"${text}`, values);
    },
    tables: async () => {
      const found = await run<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
        [],
      );
      return found.map(({ name }) => name).filter((name) => !/^(?:sqlite|_|d1_)/.test(name));
    },
    execute: async (statements) => {
      for (const statement of statements) await run(statement, []);
    },
  };
}

function conditions(where: Where): { readonly text: string; readonly values: readonly unknown[] } {
  const parts = Object.entries(where).map(([name, value]) => {
    if (value === null) return { text: `"${name}" IS NULL`, values: [] };
    if (!Array.isArray(value)) return { text: `"${name}" = ?`, values: [value] };
    return { text: `"${name}" IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(value)] };
  });
  if (parts.length === 0) return { text: "", values: [] };
  return {
    text: ` WHERE ${parts.map(({ text }) => text).join(" AND ")}`,
    values: parts.flatMap(({ values }) => values),
  };
}
