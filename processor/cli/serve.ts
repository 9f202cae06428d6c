import { schedule } from "node-cron";
import { inspectFfmpeg } from "../adapters/ffmpeg/capabilities.ts";
import type { ProcessorConfig } from "../config.ts";
import { loggerFor, openContext, type ProcessorContext } from "../context.ts";
import { runJobLoop } from "../jobs/job-loop.ts";
import { EXIT } from "./exit-codes.ts";
import { stopOnSignals } from "./stop-signals.ts";

/** `processor serve`: works on jobs until it is told to stop. Resolves to the exit code. */
export async function serve(config: ProcessorConfig): Promise<number> {
  const log = loggerFor(config);
  const stop = stopOnSignals(config.stopSeconds, (signal) => log.info({ signal }, "stopping"));
  const ffmpeg = await usableFfmpeg(config);
  if (ffmpeg.kind === "unusable") {
    log.fatal(ffmpeg.problem);
    return EXIT.badConfiguration;
  }
  await using context = await openContext(config, log);
  const { serviceUrl, concurrency, owner, workDirectory } = config;
  log.info({ serviceUrl, concurrency, owner, workDirectory, ffmpeg: ffmpeg.version }, "serving");
  const endScans = scanRegularly(context, stop);
  try {
    await runJobLoop({
      ...context,
      owner,
      stop,
      concurrency,
      pollMs: config.pollSeconds * 1000,
      heartbeatMs: config.heartbeatSeconds * 1000,
      farewellMs: config.stopSeconds * 1000,
      random: Math.random,
    });
  } finally {
    await endScans();
  }
  log.info("stopped");
  return EXIT.ok;
}

/** The scan puts back what dead processors left behind; the Worker's Cron Trigger asks for it as well. */
function scanRegularly({ client, config, log }: ProcessorContext, stop: AbortSignal): () => Promise<void> {
  const scan = async () => {
    try {
      const report = await client.scan(stop);
      const quiet = report.requeued + report.exhausted + report.created === 0;
      log[quiet ? "debug" : "info"](report, "scanned");
    } catch (error) {
      if (!stop.aborted) log.warn({ err: error }, "scan failed");
    }
  };
  const task = schedule(config.scanCron, scan, { noOverlap: true, name: "scan" });
  return async () => {
    await task.destroy();
  };
}

type Ffmpeg =
  | { readonly kind: "usable"; readonly version: string }
  | { readonly kind: "unusable"; readonly problem: string };

async function usableFfmpeg({ ffmpegPath }: ProcessorConfig): Promise<Ffmpeg> {
  try {
    const { version, encodesLadder } = await inspectFfmpeg(ffmpegPath);
    if (encodesLadder) return { kind: "usable", version };
    return { kind: "unusable", problem: `${ffmpegPath} has no libx264 or aac: set FFMPEG_PATH to one that has` };
  } catch (error) {
    return { kind: "unusable", problem: error instanceof Error ? error.message : String(error) };
  }
}
