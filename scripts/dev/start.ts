import { existsSync } from "node:fs";
import { relative } from "node:path";
import { createProgressDisplay, type ProgressDisplay } from "../../processor/cli/progress-display.ts";
import { Api } from "./api.ts";
import { ensureDevVars, requireUsableSecrets } from "./dev-vars.ts";
import { followPost, type PostOutcome } from "./follow.ts";
import { type Ingested, type IngestSource, ingest } from "./ingest.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { PLACES, ROOT } from "./places.ts";
import { startProcessor } from "./processor.ts";
import { portOfRunning, takeStateFolder } from "./running.ts";
import { makeSampleClip } from "./sample-clip.ts";
import { type Service, ServiceEnded, tailOf } from "./service.ts";
import { readSettings, type Settings, type Source, USAGE, UsageError } from "./settings.ts";
import { applyMigrations, requireFreePort, startWorker, waitUntilHealthy } from "./worker.ts";

/** The processes that run; the Worker is the first to start and the last to stop. */
class Services {
  readonly #all: Service[] = [];
  readonly #ended = new AbortController();
  /** Aborted, with ServiceEnded as its reason, when one of them ends without having been asked to. */
  readonly ended = this.#ended.signal;

  add(service: Service): void {
    this.#all.push(service);
    service.ended.then((reason) => this.#ended.abort(reason));
  }

  async stop(): Promise<void> {
    for (const service of this.#all.toReversed()) await service.stop();
  }

  kill(): void {
    for (const service of this.#all) service.kill();
  }
}

/** Runs everything until the user stops it. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(USAGE);
    return 0;
  }
  const settings = readSettings(args, process.env);
  const port = portOfRunning(PLACES.running);
  if (port !== null && settings.source.kind !== "sample") return addToRunning({ ...settings, port });
  const folder = takeStateFolder(PLACES.running, settings.port);
  const services = new Services();
  process.on("exit", () => services.kill());
  const display = createProgressDisplay(process.stdout);
  const stop = listenForInterrupts(() => process.exit(0));
  try {
    await requireFreePort(settings.port);
    return await launch(
      settings,
      { display, stop, add: (service) => register(service, services, folder) },
      services.ended,
    );
  } catch (error) {
    display.end("as-it-is");
    if (stop.aborted) return 0;
    // What was under way when a service ended fails in its own words; the cause is what counts.
    throw services.ended.aborted ? services.ended.reason : error;
  } finally {
    if (stop.aborted) console.log("Stopping ...");
    await services.stop();
    folder.release();
  }
}

/** Two Workers on one local database would spoil it: the film goes to the system that runs, which processes it. */
async function addToRunning(settings: Settings): Promise<number> {
  const origin = `http://127.0.0.1:${settings.port}`;
  const display = createProgressDisplay(process.stdout);
  const stop = listenForInterrupts(() => process.exit(0));
  display.line(`ladderlock runs at http://localhost:${settings.port}: the film is added to it`);
  try {
    await waitUntilHealthy(origin, stop);
    const api = new Api(origin, ensureDevVars(PLACES.devVars, new Date()).ADMIN_API_KEY ?? "");
    return (await ingestAndFollow(settings, api, display, stop)) ? 0 : 1;
  } catch (error) {
    display.end("as-it-is");
    if (!stop.aborted) throw error;
    console.log("Stopped watching. What was uploaded is still processed.");
    return 0;
  }
}

function register(service: Service, services: Services, folder: { add(pid: number): void }): void {
  services.add(service);
  if (service.pid !== undefined) folder.add(service.pid);
}

type Launch = {
  readonly display: ProgressDisplay;
  readonly stop: AbortSignal;
  readonly add: (service: Service) => void;
};

async function launch(settings: Settings, { display, stop, add }: Launch, ended: AbortSignal): Promise<number> {
  const signal = AbortSignal.any([stop, ended]);
  const startedAt = performance.now();
  const origin = `http://127.0.0.1:${settings.port}`;
  const secrets = ensureDevVars(PLACES.devVars, new Date());
  requireUsableSecrets(secrets);
  if (await applyMigrations()) display.line("Database: migrations applied");
  add(startWorker(settings.port));
  await waitUntilHealthy(origin, signal);
  add(startProcessor(origin, secrets.PROCESSOR_TOKEN ?? ""));
  display.line(`Worker and processor are up (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);

  const api = new Api(origin, secrets.ADMIN_API_KEY ?? "");
  const published = await ingestAndFollow(settings, api, display, signal);
  if (settings.exitAfterIngest) return published ? 0 : 1;
  display.line(
    `  Logs    ${relative(ROOT, PLACES.workerLog)}, ${relative(ROOT, PLACES.processorLog)}\n  Stop    Ctrl-C\n`,
  );
  return untilAborted(signal);
}

/** Says where the video can be watched, or why it cannot. Throws only if the run is to end. */
async function ingestAndFollow(
  settings: Settings,
  api: Api,
  display: ProgressDisplay,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const source = await sourceToIngest(settings.source, display, signal);
    const ingested = await ingest(source, { api, recordsFile: PLACES.ingested, display, signal });
    const outcome = await followPost(api, ingested.videoPostId, display, signal);
    display.end(outcome.kind === "published" ? "complete" : "as-it-is");
    display.line(describe(outcome, ingested, settings.port));
    return outcome.kind === "published";
  } catch (error) {
    signal.throwIfAborted();
    display.end("as-it-is");
    display.line(`\nThis could not be ingested: ${error instanceof Error ? error.message : String(error)}\n`);
    return false;
  }
}

async function sourceToIngest(source: Source, display: ProgressDisplay, signal: AbortSignal): Promise<IngestSource> {
  if (source.kind !== "sample") return source;
  const path = PLACES.sample;
  if (!existsSync(path)) {
    display.show("sample clip", null, "20 s of a test picture, made once");
    await makeSampleClip(path, process.env.FFMPEG_PATH ?? "ffmpeg", signal);
    display.end("complete");
  }
  return { kind: "file", path };
}

function describe(outcome: PostOutcome, { videoPostId, fileIndex, found }: Ingested, port: number): string {
  if (outcome.kind === "failed") return `\nThis video cannot be played: ${outcome.reason}\n`;
  const qualities = outcome.qualities.length === 0 ? "" : `, ${outcome.qualities.join(" ")}`;
  return `\n  Watch   http://localhost:${port}/watch/${videoPostId}/${fileIndex}\n  Post    ${videoPostId} (${found ? "from an earlier run" : "new"}${qualities})`;
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function report(error: unknown): void {
  if (error instanceof ServiceEnded) {
    console.error(`${error.message} The last lines of ${relative(ROOT, error.logFile)}:\n\n${tailOf(error.logFile)}`);
  } else {
    console.error(error instanceof UsageError ? error.message : error);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  report(error);
  process.exitCode = 1;
}
// Nothing is left to wait for, but the channel to the process that started us would keep this one alive.
process.exit();
