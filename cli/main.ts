#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { EXIT } from "../processor/cli/exit-codes.ts";
import { parseCommand } from "./command-line.ts";
import { perform } from "./perform.ts";
import { printable } from "./printable.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const out = (text: string) => void process.stdout.write(printable(text));
const err = (text: string) => void process.stderr.write(printable(text));

// A reader of the output may close it early, as `head` does.
process.stdout.on("error", () => process.exit(EXIT.ok));
// Connections that are kept for another request would hold the process for seconds.
process.exit(await run().catch(unexpected));

function run(): Promise<number> {
  const typed = parseCommand(process.argv.slice(2), version);
  return perform(typed, version, { out, err, progress: process.stderr });
}

/** The stack alone: Node would also print the members of the error, which may hold a request with its key. */
function unexpected(error: unknown): number {
  err(`Unexpected error: ${error instanceof Error ? error.stack : String(error)}\n`);
  return EXIT.failed;
}
