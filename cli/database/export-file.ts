import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import * as z from "zod";
import { canonicalJson } from "../../shared/lib/canonical-json.ts";
import { TRANSFER_TABLES } from "../../shared/persistence/pg/transfer/tables.ts";
import type { PlainRow, ReadableDatabase, TransferTable } from "../../shared/persistence/transfer/records.ts";

/*
 * A file of `ladderlock database export`: lines of JSON. The first names the format and the columns of each table, the
 * last has the sums; each line between them is a row.
 */

export const FORMAT = "ladderlock database 1";

const headerSchema = z.strictObject({
  format: z.string(),
  release: z.string(),
  columns: z.record(z.string(), z.array(z.string())),
});

const tableSumSchema = z.strictObject({ rows: z.int(), sha256: z.string(), drawn: z.int() });
export type TableSum = z.infer<typeof tableSumSchema>;
/** By the name of the table. */
export type Sums = Readonly<Record<string, TableSum>>;

const lineSchema = z.union([
  z.strictObject({ table: z.string(), row: z.record(z.string(), z.unknown()) }),
  z.strictObject({ sums: z.record(z.string(), tableSumSchema) }),
]);

export function headerLine(release: string): string {
  const columns = TRANSFER_TABLES.map(({ name, columns: all }) => [name, all.map((column) => column.name)] as const);
  return JSON.stringify({ format: FORMAT, release, columns: Object.fromEntries(columns) });
}

export function rowLine({ name }: TransferTable, row: PlainRow): string {
  // A reader of lines takes these two characters for the end of one.
  return JSON.stringify({ table: name, row }).replace(/[\u2028\u2029]/g, (end) =>
    end === "\u2028" ? "\\u2028" : "\\u2029",
  );
}

export function sumsLine(sums: Sums): string {
  return JSON.stringify({ sums });
}

/** Counts and hashes what a database holds; `each` gets every row on the way. */
export async function sumUp(
  database: ReadableDatabase,
  each: (table: TransferTable, row: PlainRow) => Promise<void> | void = () => {},
): Promise<Sums> {
  const sums: Record<string, TableSum> = {};
  for (const table of TRANSFER_TABLES) {
    const sum = startSum();
    for await (const row of database.rows(table)) {
      sum.add(row);
      await each(table, row);
    }
    sums[table.name] = sum.end(table.numbered === null ? 0 : await database.drawn(table));
  }
  return sums;
}

function startSum() {
  const hash: Hash = createHash("sha256");
  let rows = 0;
  return {
    add: (row: PlainRow) => {
      rows++;
      hash.update(`${canonicalJson(row)}\n`);
    },
    end: (drawn: number): TableSum => ({ rows, sha256: hash.digest("hex"), drawn }),
  };
}

export type ExportFile = { readonly sums: Sums; readonly rows: (table: TransferTable) => AsyncIterable<PlainRow> };

/** Reads the whole file once and compares it with its own sums; a sentence where it is damaged or of another release. */
export async function openExportFile(path: string): Promise<ExportFile | { readonly problem: string }> {
  const hashes = new Map(TRANSFER_TABLES.map(({ name }) => [name, startSum()]));
  const places = new Map<string, Place>();
  let sums: Sums | null = null;
  let number = 0;
  let end = 0;
  for await (const text of linesOf(path, { start: 0 })) {
    number++;
    const start = end;
    end += Buffer.byteLength(text) + 1;
    if (sums !== null) return { problem: `line ${number} follows the sums` };
    if (number === 1) {
      const problem = headerProblem(text);
      if (problem !== null) return { problem };
      continue;
    }
    const line = lineSchema.safeParse(parsed(text));
    if (!line.success) return { problem: `line ${number} is no line of an export` };
    if ("sums" in line.data) {
      sums = line.data.sums;
      continue;
    }
    const sum = hashes.get(line.data.table);
    if (sum === undefined) return { problem: `line ${number} names the unknown table ${line.data.table}` };
    sum.add(line.data.row);
    places.set(line.data.table, { start: places.get(line.data.table)?.start ?? start, end });
  }
  if (number === 0) return { problem: "it is empty" };
  if (sums === null) return { problem: "its end is missing: export again" };
  // Rows are read again by their places.
  const { size } = await stat(path);
  if (size !== end && size !== end - 1) return { problem: "the ends of its lines were changed: copy it as it is" };
  for (const [name, sum] of hashes) {
    const stated = sums[name];
    const { rows, sha256 } = sum.end(0);
    if (stated?.rows !== rows || stated.sha256 !== sha256) return { problem: `its rows of ${name} were changed` };
  }
  return { sums, rows: (table) => rowsOf(path, places.get(table.name), table) };
}

function headerProblem(text: string): string | null {
  const header = headerSchema.safeParse(parsed(text));
  if (!header.success) return "it is no file of `ladderlock database export`";
  if (header.data.format !== FORMAT) return `its format is "${header.data.format}"; this release reads "${FORMAT}"`;
  const ours = JSON.stringify(JSON.parse(headerLine("")).columns);
  if (JSON.stringify(header.data.columns) === ours) return null;
  return `release ${header.data.release} exported it with other tables: use this release for the export and the import`;
}

/** Bytes of a file: from the first row of a table to behind its last. */
type Place = { readonly start: number; readonly end?: number };

async function* rowsOf(path: string, place: Place | undefined, table: TransferTable): AsyncIterable<PlainRow> {
  if (place === undefined) return;
  for await (const text of linesOf(path, place)) {
    const line = lineSchema.parse(JSON.parse(text));
    if ("row" in line && line.table === table.name) yield line.row;
  }
}

function linesOf(path: string, { start, end }: Place): AsyncIterable<string> {
  const input = createReadStream(path, { encoding: "utf8", start, ...(end === undefined ? {} : { end: end - 1 }) });
  return createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What differs between two databases, in a sentence; null where they are equal. */
export function difference(wanted: Sums, found: Sums): string | null {
  const all = TRANSFER_TABLES.flatMap(({ name }) => differenceOf(name, wanted[name], found[name]) ?? []);
  return all.length === 0 ? null : all.join("; ");
}

function differenceOf(name: string, wanted: TableSum | undefined, found: TableSum | undefined): string | null {
  if (wanted?.rows !== found?.rows) return `${name} has ${found?.rows ?? 0} rows instead of ${wanted?.rows ?? 0}`;
  if (wanted?.sha256 !== found?.sha256) return `rows of ${name} differ`;
  const drawsAgain = (found?.drawn ?? 0) < (wanted?.drawn ?? 0);
  return drawsAgain ? `${name} would draw numbers again that were drawn before` : null;
}
