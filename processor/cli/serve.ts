import { schedule } from "node-cron";
import type { ProcessorConfig } from "../config/config.ts";
import { loggerFor, openContext, type ProcessorContext } from "../context.ts";
import { collectGarbage } from "../gc/collect-garbage.ts";
import { runJobLoop } from "../jobs/loop/job-loop.ts";
import type { ListeningServer } from "../listening-server.ts";
import type { Logger } from "../log.ts";
import { type HealthWatch, watchHealth } from "../monitoring/health.ts";
import { combineObservers, createMetrics, type Metrics } from "../monitoring/metrics.ts";
import { startMonitoringServer } from "../monitoring/monitoring-server.ts";
import { EXIT } from "./exit-codes.ts";
import { openJobs } from "./open-jobs.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { usableFfmpeg } from "./usable-ffmpeg.ts";

/** `ladderlock serve`: works on jobs until a signal stops it. Resolves to the exit code. */
export async function serve(config: ProcessorConfig): Promise<number> {
  const log = loggerFor(config);
  const stop = stopOnSignals(config.stopSeconds, EXIT.failed, (signal) => log.info({ signal }, "stopping"));
  const ffmpeg = await usableFfmpeg(config);
  if (ffmpeg.kind === "unusable") {
    log.fatal(ffmpeg.problem);
    return EXIT.badConfiguration;
  }
  const pollMs = config.pollSeconds * 1000;
  await using jobs = openJobs(config, log);
  const { client, database } = jobs;
  const metrics = createMetrics(database);
  const { concurrency, owner } = config;
  const watch = watchHealth({ concurrency, pollMs, stop, now: () => performance.now(), database });
  const monitoring = await openMonitoring(config, watch, metrics, log);
  if (monitoring === "unusable") return EXIT.badConfiguration;
  await using _server = monitoring;
  const problem = await jobs.problem();
  if (problem !== null) {
    log.fatal(problem);
    return EXIT.badConfiguration;
  }
  await using context = await openContext(config, log, client, metrics.traffic);
  const { serviceUrl, workDirectory, metricsPort } = config;
  const { host = null, name = null } = database?.() ?? {};
  log.info(
    {
      serviceUrl,
      database: host && `${host}/${name}`,
      concurrency,
      owner,
      workDirectory,
      metricsPort,
      ffmpeg: ffmpeg.version,
    },
    "serving",
  );
  const endSchedules = startSchedules(context, stop);
  try {
    await runJobLoop({
      ...context,
      owner,
      stop,
      concurrency,
      pollMs,
      heartbeatMs: config.heartbeatSeconds * 1000,
      finalReportTimeoutMs: config.stopSeconds * 1000,
      random: Math.random,
      waiting: jobs.startWaiting(stop),
      observer: combineObservers(watch.observer, metrics.observer),
    });
  } finally {
    await endSchedules();
  }
  log.info("stopped");
  return EXIT.ok;
}

/** Null where no port is set. */
async function openMonitoring(
  { metricsPort, metricsHost }: ProcessorConfig,
  { health }: HealthWatch,
  metrics: Metrics,
  log: Logger,
): Promise<ListeningServer | null | "unusable"> {
  if (metricsPort === null) return null;
  try {
    return await startMonitoringServer({ host: metricsHost, port: metricsPort, health, metrics: metrics.text });
  } catch (err) {
    log.fatal({ err, metricsHost, metricsPort }, "cannot listen on METRICS_PORT: set another port, or METRICS_HOST");
    return "unusable";
  }
}

/** What comes by the clock: the scan, which the Worker's Cron Trigger asks for as well, and the garbage collection. */
function startSchedules(context: ProcessorContext, stop: AbortSignal): () => Promise<void> {
  const { config, log } = context;
  const guarded = (name: string, work: () => Promise<void>) => async () => {
    try {
      if (!stop.aborted) await work();
    } catch (error) {
      if (!stop.aborted) log.warn({ err: error }, `${name} failed`);
    }
  };
  const scan = guarded("scan", () => scanOnce(context, stop));
  const gc = guarded("garbage collection", async () => {
    const report = await collectGarbage({ ...context, minAgeMs: config.gcMinAgeHours * 3_600_000 }, stop, Date.now());
    log.info(report.totals, "garbage collected");
  });
  const tasks = [schedule(config.scanCron, scan, { noOverlap: true, name: "scan" })];
  if (config.gcCron !== null) tasks.push(schedule(config.gcCron, gc, { noOverlap: true, name: "gc" }));
  return async () => {
    await Promise.all(tasks.map((task) => task.destroy()));
  };
}

async function scanOnce({ client, log }: ProcessorContext, stop: AbortSignal): Promise<void> {
  const report = await client.scan(stop);
  const quiet = report.requeued + report.exhausted + report.created + report.refreshed === 0;
  log[quiet ? "debug" : "info"](report, "scanned");
}
