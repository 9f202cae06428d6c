import { statSync } from "node:fs";
import { resolve } from "node:path";

/** What is to be ingested: the generated clip, a file of this machine, or an address that the processor fetches. */
export type Source =
  | { readonly kind: "sample" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "url"; readonly url: string };

export type Settings = {
  readonly port: number;
  readonly source: Source;
  /** For tests: stop as soon as it is decided whether the video could be published. */
  readonly exitAfterIngest: boolean;
};

/** What the user asked for cannot be done; the message says why and what to do, and is shown without a stack. */
export class UsageError extends Error {
  override name = "UsageError";
}

export const USAGE = `Usage: npm start [-- file or http(s) URL]

Without an argument a sample clip is generated. While the system runs, a file or URL is added to it. PORT chooses the port (8787).`;

/** Reads the arguments of `npm start` and the environment. Throws UsageError. */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): Settings {
  if (args.length > 1) throw new UsageError(`One file or URL at a time, please; got ${args.length}.\n\n${USAGE}`);
  return {
    port: readPort(env.PORT),
    source: readSource(args[0], env.INIT_CWD ?? "."),
    exitAfterIngest: env.LADDERLOCK_EXIT_AFTER_INGEST === "1",
  };
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === "") return 8787;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new UsageError(`PORT is "${text}", and has to be a number from 1 to 65535.`);
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
