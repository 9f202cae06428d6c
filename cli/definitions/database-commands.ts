import type { Command as Program } from "commander";
import { optionText } from "./option-values.ts";

/** Commands that reach the database of a deployment directly. */
export type DatabaseCommand =
  | { readonly name: "database"; readonly command: DatabaseAction }
  | {
      readonly name: "migrate";
      readonly databaseUrl: string | null;
      readonly dryRun: boolean;
      readonly json: boolean;
    };

export type DatabaseAction =
  | {
      readonly name: "export";
      readonly d1File: string | null;
      readonly databaseUrl: string | null;
      readonly output: string | null;
      readonly verify: string | null;
    }
  | {
      readonly name: "import";
      readonly file: string;
      readonly d1File: string | null;
      readonly databaseUrl: string | null;
    };

type ExportFlags = { d1?: string; databaseUrl?: string; output?: string; verify?: string };
type ImportFlags = { d1?: string; databaseUrl?: string };
type MigrateFlags = { databaseUrl?: string; dryRun?: boolean; json?: boolean };

const URL_TEXT = "address of Postgres; other users of the machine can see it (else DATABASE_URL)";

export function addDatabaseCommands(program: Program, done: (command: DatabaseCommand) => void): void {
  program
    .command("migrate")
    .description("bring a Postgres database to the schema of this release")
    .option("--database-url <url>", URL_TEXT, optionText)
    .option("--dry-run", "list the migrations that would be applied, and apply none")
    .option("--json", "print JSON")
    .action(({ databaseUrl, dryRun, json }: MigrateFlags) =>
      done({ name: "migrate", databaseUrl: databaseUrl ?? null, dryRun: dryRun === true, json: json === true }),
    );
  const database = program
    .command("database")
    .description("move a deployment between D1 and Postgres")
    .helpCommand(false);
  database
    .command("export")
    .description("write everything that Postgres, or a file of `wrangler d1 export`, holds into one file")
    .option("--d1 <file>", "read this file of `wrangler d1 export`, or this SQLite database", optionText)
    .option("--database-url <url>", URL_TEXT, optionText)
    .option("--output <file>", "where to write it; the file must not exist", optionText)
    .option("--verify <file>", "compare with an earlier export", optionText)
    .action(({ d1, databaseUrl, output, verify }: ExportFlags, command: Program) => {
      if (d1 !== undefined && databaseUrl !== undefined)
        command.error("error: --d1 and --database-url exclude each other");
      if (output === undefined && verify === undefined) command.error("error: --output or --verify is missing");
      done({
        name: "database",
        command: {
          name: "export",
          d1File: d1 ?? null,
          databaseUrl: databaseUrl ?? null,
          output: output ?? null,
          verify: verify ?? null,
        },
      });
    });
  database
    .command("import <file>")
    .description("fill an empty, migrated Postgres from an export, or write the statements that fill an empty D1")
    .option("--d1 <file>", "write statements for `wrangler d1 execute --file`; the file must not exist", optionText)
    .option("--database-url <url>", URL_TEXT, optionText)
    .action((file: string, { d1, databaseUrl }: ImportFlags, command: Program) => {
      if (d1 !== undefined && databaseUrl !== undefined)
        command.error("error: --d1 and --database-url exclude each other");
      done({
        name: "database",
        command: { name: "import", file, d1File: d1 ?? null, databaseUrl: databaseUrl ?? null },
      });
    });
}
