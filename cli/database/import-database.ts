import { open } from "node:fs/promises";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import { insertStatements } from "../../shared/persistence/d1/transfer/insert-statements.ts";
import { TRANSFER_TABLES } from "../../shared/persistence/pg/transfer/tables.ts";
import { fillPostgres } from "../../shared/persistence/pg/transfer/write-postgres.ts";
import { type Postgres, withPostgres } from "./connect.ts";
import { difference, type ExportFile, openExportFile, sumUp } from "./export-file.ts";
import { sumsText } from "./sums-text.ts";

export type ImportDatabaseOptions = {
  readonly file: string;
  /** Where the statements for `wrangler d1 execute` are written; null for Postgres. */
  readonly d1File: string | null;
};

/** Fills an empty Postgres from an export, or writes the statements that fill an empty D1. */
export async function importDatabase(
  { file, d1File }: ImportDatabaseOptions,
  { postgres }: { readonly postgres: Postgres },
  { out, err }: Output,
): Promise<number> {
  const exported = await openExportFile(file);
  if ("problem" in exported) {
    err(`${file} cannot be imported: ${exported.problem}\n`);
    return EXIT.badInput;
  }
  const content = { rows: exported.rows, drawn: drawnIn(exported) };
  if (d1File !== null) {
    await writeStatements(insertStatements(TRANSFER_TABLES, content), d1File);
    out(`${sumsText(exported.sums)}Run it: npx wrangler d1 execute <database> --remote --file ${d1File}\n`);
    return EXIT.ok;
  }
  const problem = await withPostgres(postgres, (client) =>
    fillPostgres(client, content, async (database) => difference(exported.sums, await sumUp(database))),
  );
  if (problem !== null) {
    err(`Nothing was imported into the database: ${problem}\n`);
    return EXIT.badInput;
  }
  out(`${sumsText(exported.sums)}Imported; the database holds what the file holds.\n`);
  return EXIT.ok;
}

function drawnIn({ sums }: ExportFile) {
  return ({ name }: { readonly name: string }) => sums[name]?.drawn ?? 0;
}

/** It holds what the export holds, so nobody else may read it either. */
async function writeStatements(statements: AsyncIterable<string>, path: string): Promise<void> {
  const output = await open(path, "wx", 0o600);
  try {
    for await (const statement of statements) await output.write(`${statement}\n`);
    await output.sync();
  } finally {
    await output.close();
  }
}
