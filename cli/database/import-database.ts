import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import { insertStatements } from "../../shared/persistence/d1/transfer/insert-statements.ts";
import { TRANSFER_TABLES } from "../../shared/persistence/pg/transfer/tables.ts";
import { fillPostgres } from "../../shared/persistence/pg/transfer/write-postgres.ts";
import { UnmovableRow } from "../../shared/persistence/transfer/records.ts";
import { type Postgres, withPostgres } from "./connect.ts";
import { difference, type ExportFile, openExportFile, sumUp } from "./export-file.ts";
import { writeNewFile } from "./new-file.ts";
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
    const unmoved = await writeNewFile(d1File, async (append) => {
      for await (const statement of insertStatements(TRANSFER_TABLES, content)) await append(`${statement}\n`);
      return null;
    }).catch(unmovable);
    if (unmoved !== null) {
      err(`${file} cannot be imported: ${unmoved}\n`);
      return EXIT.badInput;
    }
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

/**
 * Above what was drawn at the time of the export: a Worker that still ran may have drawn more, and what has seen those
 * numbers must not take a later revocation for an earlier one.
 */
const NUMBERS_LEFT_OUT = 1_000_000;

function drawnIn({ sums }: ExportFile) {
  return ({ name }: { readonly name: string }) => (sums[name]?.drawn ?? 0) + NUMBERS_LEFT_OUT;
}

/** Why a row cannot be written; throws what is not of a row. */
function unmovable(error: unknown): string {
  if (error instanceof UnmovableRow) return error.message;
  throw error;
}
