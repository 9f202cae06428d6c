import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import type { DatabaseAction } from "../definitions/database-commands.ts";
import type { Postgres } from "./connect.ts";
import { connectionProblem } from "./connection-problem.ts";
import { readDatabaseUrl } from "./database-url.ts";
import { fileProblem } from "./file-problem.ts";

/** The first one with everything that reading a file of SQLite needs. */
const NEEDED_NODE = [24, 10] as const;

export async function performDatabase(action: DatabaseAction, release: string, output: Output): Promise<number> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < NEEDED_NODE[0] || (major === NEEDED_NODE[0] && minor < NEEDED_NODE[1])) {
    output.err(`This command needs Node ${NEEDED_NODE.join(".")} or newer; this is Node ${process.versions.node}.\n`);
    return EXIT.badConfiguration;
  }
  const read = action.d1File === null ? readDatabaseUrl(action.databaseUrl, process.env) : NO_POSTGRES;
  if (read.kind === "invalid") {
    output.err(`${read.problems.join("\n")}, or name a file of D1 with --d1\n`);
    return EXIT.badConfiguration;
  }
  try {
    return await performAction(action, release, { url: read.config }, output);
  } catch (error) {
    const problem = fileProblem(error) ?? (action.d1File === null ? connectionProblem(error, read.config) : null);
    if (problem === null) throw error;
    output.err(`${problem.text}\n`);
    return problem.code;
  }
}

const NO_POSTGRES = { kind: "valid", config: "" } as const;

async function performAction(
  action: DatabaseAction,
  release: string,
  postgres: Postgres,
  output: Output,
): Promise<number> {
  switch (action.name) {
    case "export": {
      const { exportDatabase } = await import("./export-database.ts");
      return exportDatabase(action, { release, postgres }, output);
    }
    case "import": {
      const { importDatabase } = await import("./import-database.ts");
      return importDatabase(action, { postgres }, output);
    }
    default:
      return action satisfies never;
  }
}
