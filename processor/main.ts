#!/usr/bin/env node
import { abortableSleep } from "./abortable-sleep.ts";
import { createOperatorClient } from "./adapters/operator-client.ts";
import { type Command, parseCommand } from "./cli/command-line.ts";
import { EXIT } from "./cli/exit-codes.ts";
import { gc } from "./cli/gc.ts";
import { importContent } from "./cli/import.ts";
import { jobs } from "./cli/jobs.ts";
import { rewrap } from "./cli/rewrap.ts";
import { rotate } from "./cli/rotate.ts";
import { run } from "./cli/run.ts";
import { serve } from "./cli/serve.ts";
import { stopOnSignals } from "./cli/stop-signals.ts";
import { forgetViewer } from "./cli/viewers.ts";
import { type ConfigOutcome, readConfig, readOperatorConfig } from "./config/config.ts";
import { readImportConfig } from "./config/import-config.ts";

const out = (text: string) => void process.stdout.write(text);
const err = (text: string) => void process.stderr.write(text);

/** Only an answer of the Worker is waited for. */
const WATCH_STOP_SECONDS = 5;

// Connections that are kept for another request would hold the process for seconds.
process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  const command = parseCommand(args);
  switch (command.name) {
    case "help":
      out(command.text);
      return EXIT.ok;
    case "wrong":
      err(command.problem);
      return EXIT.usage;
    case "jobs":
      return configured(readOperatorConfig(process.env), (config) =>
        jobs(command.command, { json: command.json, now: Date.now() }, createOperatorClient(config), { out, err }),
      );
    case "rotate":
      return configured(readOperatorConfig(process.env), (config) => {
        const stop = stopOnSignals(WATCH_STOP_SECONDS, EXIT.tryLater, () => {});
        const options = { json: command.json, stop, sleep: abortableSleep };
        return rotate(command.command, options, createOperatorClient(config), { out, err, progress: process.stderr });
      });
    case "rewrap":
      return configured(readOperatorConfig(process.env), (config) =>
        rewrap(command, createOperatorClient(config), { out, err, progress: process.stderr }),
      );
    case "forget-viewer":
      return configured(readOperatorConfig(process.env), (config) =>
        forgetViewer(command, createOperatorClient(config), { out, err }),
      );
    case "import":
      return configured(readImportConfig(process.env), (config) =>
        importContent(
          config,
          command,
          { out, err, progress: process.stderr },
          stopOnSignals(config.stopSeconds, EXIT.tryLater, () => {}),
        ),
      );
    default:
      return configured(readConfig(process.env), (config) => perform(command, config));
  }
}

type Work = Extract<Command, { name: "serve" | "run" | "gc" }>;

async function perform(command: Work, config: Parameters<typeof serve>[0]): Promise<number> {
  switch (command.name) {
    case "serve":
      return serve(config);
    case "gc":
      return gc(config, command, out);
    case "run": {
      const jobId = command.jobId ?? config.videoJobId;
      if (jobId !== null) return run(config, jobId);
      err("VIDEO_JOB_ID is missing: set it to the job that is to be done, or name it after `run`\n");
      return EXIT.badConfiguration;
    }
    default:
      return command satisfies never;
  }
}

async function configured<C>(read: ConfigOutcome<C>, work: (config: C) => Promise<number>): Promise<number> {
  if (read.kind === "valid") return work(read.config);
  const problems = read.problems.map((problem) => `  ${problem}\n`).join("");
  err(`The processor cannot start with this configuration:\n${problems}`);
  return EXIT.badConfiguration;
}
