#!/usr/bin/env node
import { EXIT } from "./cli/exit-codes.ts";
import { serve } from "./cli/serve.ts";
import { readConfig } from "./config.ts";

const USAGE = `Usage: node processor/main.ts serve

  serve     ask the Worker for jobs and do them, until SIGTERM or SIGINT

  --help    show this

Everything else is set by environment variables; what is missing or wrong is listed at the start.
`;

// Connections that are kept for another request would hold the process for seconds.
process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(USAGE);
    return EXIT.ok;
  }
  const [command, ...rest] = args;
  if (command !== "serve" || rest.length > 0) {
    process.stderr.write(command === undefined ? USAGE : `Unknown command: ${args.join(" ")}\n\n${USAGE}`);
    return EXIT.usage;
  }
  const read = readConfig(process.env);
  if (read.kind === "invalid") {
    const problems = read.problems.map((problem) => `  ${problem}\n`).join("");
    process.stderr.write(`The processor cannot start with this configuration:\n${problems}`);
    return EXIT.badConfiguration;
  }
  return serve(read.config);
}
