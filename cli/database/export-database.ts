import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import { readSqlite } from "../../shared/persistence/d1/transfer/read-sqlite.ts";
import { InexactInteger } from "../../shared/persistence/pg/clients.ts";
import { TRANSFER_TABLES } from "../../shared/persistence/pg/transfer/tables.ts";
import { readingPostgres } from "../../shared/persistence/pg/transfer/write-postgres.ts";
import { type ReadableDatabase, UnmovableRow } from "../../shared/persistence/transfer/records.ts";
import { type Postgres, withPostgres } from "./connect.ts";
import { openD1File } from "./d1-file.ts";
import { difference, headerLine, openExportFile, rowLine, type Sums, sumsLine, sumUp } from "./export-file.ts";
import { writeNewFile } from "./new-file.ts";
import { sumsText } from "./sums-text.ts";

export type ExportOptions = {
  /** A file of `wrangler d1 export`, or null for Postgres. */
  readonly d1File: string | null;
  /** Where the export is written; it must not exist yet. */
  readonly output: string | null;
  /** An earlier export, with which the database is compared. */
  readonly verify: string | null;
};

/** Writes what a database holds into a file, or compares it with one. */
export async function exportDatabase(
  { d1File, output, verify }: ExportOptions,
  { release, postgres }: { readonly release: string; readonly postgres: Postgres },
  { out, err }: Output,
): Promise<number> {
  const expected = verify === null ? null : await openExportFile(verify);
  if (expected !== null && "problem" in expected) {
    err(`${verify} cannot be used: ${expected.problem}\n`);
    return EXIT.badInput;
  }
  const read = async (database: ReadableDatabase): Promise<Sums | { readonly problem: string }> => {
    const problem = await database.problem();
    if (problem !== null) return { problem };
    return output === null ? sumUp(database) : writeExport(database, output, release);
  };
  const reading =
    d1File === null ? withPostgres(postgres, (client) => readingPostgres(client, read)) : readD1(d1File, read);
  const sums = await reading.catch(unmovable);
  if (isProblem(sums)) {
    err(`${d1File ?? "The database"} cannot be exported: ${sums.problem}\n`);
    return EXIT.badInput;
  }
  out(sumsText(sums));
  if (expected === null) return EXIT.ok;
  const differs = difference(expected.sums, sums);
  if (differs === null) {
    out(`Equal to ${verify}.\n`);
    return EXIT.ok;
  }
  err(`Not equal to ${verify}: ${differs}\n`);
  return EXIT.failed;
}

function isProblem(sums: Sums | { readonly problem: string }): sums is { readonly problem: string } {
  return typeof sums.problem === "string";
}

async function readD1<T>(
  path: string,
  read: (database: ReadableDatabase) => Promise<T>,
): Promise<T | { readonly problem: string }> {
  const file = openD1File(path);
  if ("problem" in file) return file;
  try {
    return await read(readSqlite(file.database, TRANSFER_TABLES));
  } finally {
    file.close();
  }
}

function writeExport(database: ReadableDatabase, path: string, release: string): Promise<Sums> {
  return writeNewFile(path, async (append) => {
    let lines = `${headerLine(release)}\n`;
    const sums = await sumUp(database, async (table, row) => {
      lines += `${rowLine(table, row)}\n`;
      if (lines.length < BUFFER_CHARACTERS) return;
      await append(lines);
      lines = "";
    });
    await append(`${lines}${sumsLine(sums)}\n`);
    return sums;
  });
}

/** Why the database cannot be read as it is; throws what is not of its rows. */
function unmovable(error: unknown): { readonly problem: string } {
  if (error instanceof UnmovableRow || error instanceof InexactInteger) return { problem: error.message };
  throw error;
}

const BUFFER_CHARACTERS = 100_000;
