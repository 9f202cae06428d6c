import type { Command as Program } from "commander";
import { optionText } from "./option-values.ts";

/** Commands that move what a deployment has in its database. */
export type DatabaseCommand = { readonly name: "database"; readonly command: DatabaseAction };

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

const URL_TEXT = "address of Postgres; other users of the machine can see it (else DATABASE_URL)";

export function addDatabaseCommands(program: Program, done: (command: DatabaseCommand) => void): void {
  const database = program.command("database").description("move a deployment between D1 and Postgres");
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
