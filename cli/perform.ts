import { abortableSleep } from "../processor/abortable-sleep.ts";
import type { OperatorClient } from "../processor/adapters/operator-client.ts";
import { EXIT } from "../processor/cli/exit-codes.ts";
import type { Output } from "../processor/cli/output.ts";
import type { Terminal } from "../processor/cli/progress-display.ts";
import { stopOnSignals } from "../processor/cli/stop-signals.ts";
import type { ConfigOutcome, OperatorConfig } from "../processor/config/config.ts";
import { createProgram, type Typed } from "./command-line.ts";
import { type ConnectionFlags, readConnection, readOperatorConnection } from "./connection/connection.ts";
import type { ProcessorCommand } from "./definitions/processor-commands.ts";

/** What runs the processor uses more of the language than the rest of the program. */
const PROCESSOR_NODE = 24;

/** Only an answer of the Worker is waited for. */
const STOP_SECONDS = 5;

export type Streams = Output & { readonly progress: Terminal };

/** Runs a command and resolves to its exit code. What a command needs is loaded with it: most need little. */
export async function perform({ command, connection }: Typed, version: string, streams: Streams): Promise<number> {
  const { out, err, progress } = streams;
  const { platform } = process;
  switch (command.name) {
    case "text":
      out(command.text);
      return EXIT.ok;
    case "wrong":
      err(command.problem);
      return EXIT.usage;
    case "completion":
      out((await import("./completion/shell-scripts.ts")).SHELL_SCRIPTS[command.shell]);
      return EXIT.ok;
    case "complete": {
      const { completeWords } = await import("./completion/complete-words.ts");
      const program = createProgram("", { print: () => {}, done: () => {} });
      out(
        completeWords(program, command.words)
          .map((word) => `${word}\n`)
          .join(""),
      );
      return EXIT.ok;
    }
    case "login": {
      const { login } = await import("./connection/login.ts");
      return login(connection, process.env, process.stdin, streams);
    }
    case "doctor": {
      const { doctor } = await import("./doctor/doctor.ts");
      return configured(readConnection(connection, process.env, platform), err, (found) => {
        const clock = { now: Date.now, sleep: abortableSleep, signal: stopped() };
        return doctor(command, { connection: found, version, fetch, ...clock }, { out, err });
      });
    }
    case "migrate": {
      const { migrateDatabase } = await import("./database/migrate-database.ts");
      const { readDatabaseUrl } = await import("./database/database-url.ts");
      return configured(readDatabaseUrl(command.databaseUrl, process.env), err, (url) =>
        migrateDatabase(command, { url, now: Date.now }, { out, err }),
      );
    }
    case "encode": {
      const { encode } = await import("./videos/encode.ts");
      return asOperator(connection, err, (client, config) => {
        const deps = { client, config, environment: process.env, now: Date.now, sleep: abortableSleep };
        return encode(command, { ...deps, fetch, signal: stopped() }, { out, err, progress });
      });
    }
    case "encoder-jobs": {
      const { encoderJobs } = await import("./videos/encoder-jobs.ts");
      return asOperator(connection, err, (client, { serviceUrl }) =>
        encoderJobs(command.command, { json: command.json, serviceUrl }, client, { out, err }),
      );
    }
    case "play": {
      const { openPage, play } = await import("./videos/play.ts");
      // Only the address of a job's video has to be asked for.
      const withKey = command.target.startsWith("job-") ? asOperator : withoutKey;
      return withKey(connection, err, (client, { serviceUrl }) => {
        const isTerminal = process.stdout.isTTY === true;
        const deps = { client, serviceUrl, isTerminal, openPage: (url: string) => openPage(url, platform) };
        return play(command, deps, { out, err });
      });
    }
    case "posts": {
      const { posts } = await import("./videos/posts.ts");
      return asOperator(connection, err, (client, { serviceUrl }) =>
        posts(command.command, { json: command.json, serviceUrl }, client, { out, err }),
      );
    }
    case "captions": {
      const { captions } = await import("./videos/captions.ts");
      return asOperator(connection, err, (client) =>
        captions(command.command, { json: command.json }, client, { out, err }),
      );
    }
    case "chapters": {
      const { chapters } = await import("./videos/chapters.ts");
      return asOperator(connection, err, (client) =>
        chapters(command.command, { json: command.json }, client, { out, err }),
      );
    }
    case "tokens": {
      const { tokens } = await import("./operator/tokens.ts");
      return asOperator(connection, err, (client, { serviceUrl }) =>
        tokens(command.command, { json: command.json, serviceUrl }, client, { out, err }),
      );
    }
    case "queue": {
      const { queue } = await import("./operator/queue.ts");
      const options = { json: command.json, now: Date.now() };
      return asOperator(connection, err, (client) => queue(command.command, options, client, { out, err }));
    }
    case "rotate": {
      const { rotate } = await import("./operator/rotate.ts");
      return asOperator(connection, err, (client) => {
        const options = { json: command.json, stop: stopped(), sleep: abortableSleep };
        return rotate(command.command, options, client, { out, err, progress });
      });
    }
    case "rewrap": {
      const { rewrap } = await import("./operator/rewrap.ts");
      return asOperator(connection, err, (client) => rewrap(command, client, { out, err, progress }));
    }
    case "forget-viewer": {
      const { forgetViewer } = await import("./operator/viewers.ts");
      return asOperator(connection, err, (client) => forgetViewer(command, client, { out, err }));
    }
    case "database":
      return (await import("./database/perform-database.ts")).performDatabase(command.command, version, streams);
    default:
      return performProcessor(command, connection, streams);
  }

  function stopped(): AbortSignal {
    return stopOnSignals(STOP_SECONDS, EXIT.tryLater, () => {});
  }

  async function withoutKey(
    flags: ConnectionFlags,
    report: (text: string) => void,
    work: (client: OperatorClient, config: OperatorConfig) => Promise<number>,
  ): Promise<number> {
    const { createOperatorClient } = await import("../processor/adapters/operator-client.ts");
    return configured(readConnection(flags, process.env, platform), report, ({ serviceUrl }) => {
      const config = { serviceUrl, adminApiKey: "" };
      return work(createOperatorClient(config), config);
    });
  }

  async function asOperator(
    flags: ConnectionFlags,
    report: (text: string) => void,
    work: (client: OperatorClient, config: OperatorConfig) => Promise<number>,
  ): Promise<number> {
    const { createOperatorClient } = await import("../processor/adapters/operator-client.ts");
    const read = readOperatorConnection(flags, process.env, platform);
    return configured(read, report, (config) => work(createOperatorClient(config), config));
  }
}

async function performProcessor(
  command: ProcessorCommand,
  connection: ConnectionFlags,
  { out, err, progress }: Streams,
): Promise<number> {
  if (Number.parseInt(process.versions.node, 10) < PROCESSOR_NODE) {
    err(`This command needs Node ${PROCESSOR_NODE} or newer; this is Node ${process.versions.node}.\n`);
    return EXIT.badConfiguration;
  }
  if (command.name === "import") {
    const { importContent } = await import("../processor/cli/import.ts");
    const { readImportConfig } = await import("../processor/config/import-config.ts");
    return configured(readImportConfig(withConnection(connection)), err, (config) => {
      const stop = stopOnSignals(config.stopSeconds, EXIT.tryLater, () => {});
      return importContent(config, command, { out, err, progress }, stop);
    });
  }
  if (command.name === "launcher") {
    const { launcher } = await import("../processor/cli/launcher.ts");
    const { readLauncherConfig } = await import("../processor/config/launcher-config.ts");
    return configured(readLauncherConfig(process.env), err, (config) =>
      launcher(config, { command: thisProgram(), environment: process.env }),
    );
  }
  const { readConfig } = await import("../processor/config/config.ts");
  return configured(readConfig(process.env), err, async (config) => {
    switch (command.name) {
      case "serve":
        return (await import("../processor/cli/serve.ts")).serve(config);
      case "gc":
        return (await import("../processor/cli/gc.ts")).gc(config, command, out);
      case "run": {
        const jobId = command.jobId ?? config.videoJobId;
        if (jobId !== null) return (await import("../processor/cli/run.ts")).run(config, jobId);
        err("VIDEO_JOB_ID is missing: set it to the job that is to be done, or name it after `run`\n");
        return EXIT.badConfiguration;
      }
      default:
        return command satisfies never;
    }
  });
}

/** As it was started, without the arguments of the command. */
function thisProgram(): readonly [string, ...string[]] {
  const [, script = ""] = process.argv;
  return [process.execPath, ...process.execArgv, script];
}

/** The environment, with the server and the key of the flags and the configuration file in it. */
function withConnection(flags: ConnectionFlags): NodeJS.ProcessEnv {
  const read = readConnection(flags, process.env, process.platform);
  if (read.kind === "invalid") return process.env;
  const { serviceUrl, adminApiKey } = read.config;
  return { ...process.env, LADDERLOCK_URL: serviceUrl, ADMIN_API_KEY: adminApiKey ?? undefined };
}

async function configured<C>(
  read: ConfigOutcome<C>,
  err: (text: string) => void,
  work: (config: C) => Promise<number>,
): Promise<number> {
  if (read.kind === "valid") return work(read.config);
  err(`The configuration is incomplete or wrong:\n${read.problems.map((problem) => `  ${problem}\n`).join("")}`);
  return EXIT.badConfiguration;
}
