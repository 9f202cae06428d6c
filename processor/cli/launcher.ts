import { once } from "node:events";
import { inspectFfmpeg } from "../adapters/ffmpeg/capabilities.ts";
import { LAUNCHER_SETTINGS, type LauncherConfig } from "../config/launcher-config.ts";
import { loggerFor } from "../context.ts";
import { startLauncherServer } from "../launcher/launcher-server.ts";
import { createRunList, type RunList } from "../launcher/run-list.ts";
import { type RunProgram, startRun } from "../launcher/start-run.ts";
import type { ListeningServer } from "../listening-server.ts";
import type { Logger } from "../log.ts";
import { EXIT } from "./exit-codes.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { usableFfmpeg } from "./usable-ffmpeg.ts";

/** From the SIGKILL of the runs that did not stop to the exit of the launcher. */
const KILL_SECONDS = 3;

/** `ladderlock launcher`: starts a run for each launch until a signal stops it. Resolves to the exit code. */
export async function launcher(
  config: LauncherConfig,
  { command, environment }: Pick<RunProgram, "command" | "environment">,
): Promise<number> {
  const { processor, maxProcesses, host } = config;
  const log = loggerFor(processor, [config.token]);
  const longest = processor.stopSeconds + KILL_SECONDS;
  const stop = stopOnSignals(longest, EXIT.failed, (signal) => log.info({ signal }, "stopping"));
  const ffmpeg = await usableFfmpeg(processor);
  if (ffmpeg.kind === "unusable") {
    log.fatal(ffmpeg.problem);
    return EXIT.badConfiguration;
  }
  const { setpriv } = await inspectFfmpeg(processor.ffmpegPath);
  const program = { command, environment, setpriv, withoutSettings: Object.keys(LAUNCHER_SETTINGS) };
  const runs = createRunList({
    ...{ maxProcesses, log, stopMs: processor.stopSeconds * 1000 },
    start: (request) => startRun(program, request),
  });
  process.once("exit", runs.kill);
  const server = await openServer(config, runs, log);
  if (server === null) return EXIT.badConfiguration;
  log.info({ host, port: server.port, maxProcesses }, "waiting for launches");
  if (!stop.aborted) await once(stop, "abort");
  await runs.close();
  await server[Symbol.asyncDispose]();
  log.info("stopped");
  return EXIT.ok;
}

/** Null where it cannot listen. */
async function openServer({ host, port, token }: LauncherConfig, runs: RunList, log: Logger) {
  try {
    return (await startLauncherServer({ host, port, token, runs })) satisfies ListeningServer;
  } catch (err) {
    log.fatal({ err, host, port }, "cannot listen: set another LAUNCHER_PORT or LAUNCHER_HOST");
    return null;
  }
}
