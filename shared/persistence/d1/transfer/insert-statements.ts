import {
  type Content,
  keyOf,
  type PlainRow,
  type TransferColumn,
  type TransferTable,
  UnmovableRow,
} from "../../transfer/records.ts";

/** D1 refuses a statement of more than 100 kB. */
const STATEMENT_BYTES = 90_000;
const MOST_STATEMENT_BYTES = 100_000;
/** Of a row, and of a value. */
const MOST_ROW_BYTES = 2_000_000;
/** What is longer follows in pieces. A character has up to 3 bytes, and a quote is written twice. */
const PIECE_CHARACTERS = 12_000;
const LONG_CHARACTERS = 500;
/** Triggers refuse to append to a value of these, which are short. */
const APPEND_ONLY = ["audit_event", "author_reward"];

/**
 * The statements that fill an empty D1 database, one a line. The first fails where it is not empty. Throws `UnmovableRow`
 * for one that D1 would refuse.
 */
export async function* insertStatements(tables: readonly TransferTable[], content: Content): AsyncIterable<string> {
  const counts = tables.map(({ name }) => `(SELECT count(*) FROM "${name}")`);
  yield "-- Fails with NOT NULL constraint failed: service_mark.at where the database is not empty.";
  yield `INSERT INTO "service_mark" ("name", "at") SELECT '', NULL WHERE ${counts.join(" + ")} > 0;`;
  for (const table of tables) {
    yield* insertsOf(table, content.rows(table));
    // AUTOINCREMENT remembers the number of a deleted row, and no reader may ever see a lower one again.
    const drawn = content.drawn(table);
    if (table.name === "access_revocation" && drawn > 0) yield* drawNumber(drawn);
  }
}

function drawNumber(number: number): string[] {
  return [
    `INSERT INTO "access_revocation" ("sequence", "kind", "subject", "created_at", "expires_at") SELECT ${number}, 'post-changed', '', 0, 0 WHERE NOT EXISTS (SELECT 1 FROM "access_revocation" WHERE "sequence" = ${number});`,
    `DELETE FROM "access_revocation" WHERE "sequence" = ${number} AND "subject" = '';`,
  ];
}

async function* insertsOf(table: TransferTable, rows: AsyncIterable<PlainRow>): AsyncIterable<string> {
  const start = `INSERT INTO "${table.name}" (${table.columns.map(({ name }) => `"${name}"`).join(", ")}) VALUES `;
  let tuples: string[] = [];
  let bytes = 0;
  for await (const row of rows) {
    const { tuple, rest } = tupleOf(table, row);
    const size = bytesOf(tuple) + 2;
    if (start.length + size > MOST_STATEMENT_BYTES) throw tooLarge(table, row, MOST_STATEMENT_BYTES);
    if (tuples.length > 0 && (bytes + size > STATEMENT_BYTES || rest.length > 0)) {
      yield `${start}${tuples.join(", ")};`;
      tuples = [];
      bytes = 0;
    }
    tuples.push(tuple);
    bytes += size;
    if (rest.length > 0) {
      yield `${start}${tuple};`;
      yield* rest;
      tuples = [];
      bytes = 0;
    }
  }
  if (tuples.length > 0) yield `${start}${tuples.join(", ")};`;
}

/** The values of a row, and the statements that append what is too long for one. */
function tupleOf(table: TransferTable, row: PlainRow): { readonly tuple: string; readonly rest: readonly string[] } {
  const values = table.columns.map((column) => ({ column, value: storedValue(column, row[column.name]) }));
  refuseUnstorable(table, row, values);
  if (APPEND_ONLY.includes(table.name)) {
    return { tuple: `(${values.map(({ value }) => literal(value)).join(", ")})`, rest: [] };
  }
  const where = table.key.map((name) => `"${name}" = ${literal(row[name] as string | number)}`).join(" AND ");
  // Short texts of one row fit into a statement beside each other; only what is long is cut.
  const longest = Math.floor(PIECE_CHARACTERS / Math.max(1, values.filter(({ value }) => isLong(value)).length));
  const rest = values.flatMap(({ column, value }) =>
    isLong(value)
      ? piecesOf(value, longest)
          .slice(1)
          .map(
            (piece) =>
              `UPDATE "${table.name}" SET "${column.name}" = "${column.name}" || ${literal(piece)} WHERE ${where};`,
          )
      : [],
  );
  const first = values.map(({ value }) => literal(isLong(value) ? piecesOf(value, longest)[0]! : value));
  return { tuple: `(${first.join(", ")})`, rest };
}

type StoredValue = string | number | null;

function refuseUnstorable(
  table: TransferTable,
  row: PlainRow,
  values: readonly { readonly column: TransferColumn; readonly value: StoredValue }[],
): void {
  const texts = values.filter(({ value }) => typeof value === "string");
  const ended = texts.find(({ value }) => String(value).includes("\0"));
  if (ended !== undefined) {
    throw new UnmovableRow(
      `D1 cannot be sent ${table.name}.${ended.column.name} of ${keyOf(table, row)}: it has U+0000`,
    );
  }
  const characters = texts.reduce((sum, { value }) => sum + String(value).length, 0);
  if (3 * characters <= MOST_ROW_BYTES) return;
  const bytes = texts.reduce((sum, { value }) => sum + bytesOf(String(value)), 0);
  if (bytes > MOST_ROW_BYTES) throw tooLarge(table, row, MOST_ROW_BYTES);
}

function tooLarge(table: TransferTable, row: PlainRow, most: number): UnmovableRow {
  return new UnmovableRow(`D1 cannot store ${keyOf(table, row)} of ${table.name}: it is larger than ${most} bytes`);
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

function isLong(value: StoredValue): value is string {
  return typeof value === "string" && value.length > LONG_CHARACTERS;
}

/** Never between the halves of a surrogate pair. */
function piecesOf(text: string, longest: number): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const end = from + longest;
    const next = end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end;
    pieces.push(text.slice(from, next));
    from = next;
  }
  return pieces;
}

function storedValue({ kind }: TransferColumn, value: unknown): StoredValue {
  if (value === null || value === undefined) return null;
  if (kind === "flag") return value === true ? 1 : 0;
  return kind === "json" ? JSON.stringify(value) : (value as string | number);
}

function literal(value: StoredValue): string {
  if (value === null) return "NULL";
  return typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
