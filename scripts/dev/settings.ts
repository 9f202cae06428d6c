import { statSync } from "node:fs";
import { resolve } from "node:path";
import { databaseUrlProblem } from "../../cli/database/database-url.ts";
import type { DatabaseChoice } from "./local-database.ts";

/** What is to be ingested: the generated clip, a file of this machine, or an address that the processor fetches. */
export type Source =
  | { readonly kind: "sample" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "url"; readonly url: string };

export type Settings = {
  readonly port: number;
  readonly source: Source;
  /** Null: D1, or whatever runs already. */
  readonly database: DatabaseChoice | null;
  /** For tests: stop as soon as it is decided whether the video could be published. */
  readonly exitAfterIngest: boolean;
};

/** What the user asked for cannot be done; the message says why and what to do, and is shown without a stack. */
export class UsageError extends Error {
  override name = "UsageError";
}

export const USAGE = `Usage: npm start [-- [--db=<database>] [file or http(s) URL]]

Without a file or URL a sample clip is generated. While the system runs, a file or URL is added to it.

  --db=d1                                      the database is D1 (default)
  --db=postgres                                an embedded Postgres, fetched from npm the first time
  --db=postgres://user:password@host/database  a Postgres of yours, version 15 or newer

Each database keeps its own films. PORT chooses the port (8787).`;

const DB = "--db=";

/** Reads the arguments of `npm start` and the environment. Throws UsageError. */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): Settings {
  const databases = args.filter((argument) => argument.startsWith(DB));
  const sources = args.filter((argument) => !argument.startsWith(DB));
  if (databases.length > 1) throw new UsageError(`One --db at a time; got ${databases.length}.\n\n${USAGE}`);
  if (sources.length > 1) throw new UsageError(`One file or URL at a time, please; got ${sources.length}.\n\n${USAGE}`);
  return {
    port: readPort(env.PORT),
    source: readSource(sources[0], env.INIT_CWD ?? "."),
    database: databases[0] === undefined ? null : readDatabase(databases[0].slice(DB.length)),
    exitAfterIngest: env.LADDERLOCK_EXIT_AFTER_INGEST === "1",
  };
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === "") return 8787;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new UsageError(`PORT is "${text}", and has to be a number from 1 to 65535.`);
}

/** The address holds a password, so it is not repeated. */
function readDatabase(value: string): DatabaseChoice {
  if (value === "d1" || value === "postgres") return { kind: value };
  if (!value.includes("://")) {
    throw new UsageError(`--db is "${value}", and has to be d1, postgres or an address.\n\n${USAGE}`);
  }
  const problem = databaseUrlProblem(value);
  if (problem === null) return { kind: "postgres-url", url: value };
  throw new UsageError(`The address in --db ${problem}.\n\n${USAGE}`);
}

function readSource(argument: string | undefined, folder: string): Source {
  if (argument === undefined) return { kind: "sample" };
  if (/^https?:\/\//i.test(argument)) return readUrl(argument);
  if (argument.startsWith("-")) throw new UsageError(`Unknown option ${argument}.\n\n${USAGE}`);
  // npm runs scripts in the project's folder; the user typed the path in theirs.
  return { kind: "file", path: existingFile(resolve(folder, argument)) };
}

function readUrl(argument: string): Source {
  if (!URL.canParse(argument)) throw new UsageError(`${argument} is not a URL.`);
  return { kind: "url", url: argument };
}

function existingFile(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new UsageError(`There is no file ${path}.`);
  if (!stats.isFile()) throw new UsageError(`${path} is not a file.`);
  if (stats.size === 0) throw new UsageError(`${path} is empty.`);
  return path;
}
