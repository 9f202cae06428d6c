import { existsSync } from "node:fs";
import { relative } from "node:path";
import { createProgressDisplay, type ProgressDisplay } from "../../processor/cli/progress-display.ts";
import { Api } from "./api.ts";
import { ensureDevVars, requireUsableSecrets } from "./dev-vars.ts";
import { followPost, type PostOutcome } from "./follow.ts";
import { type Ingested, type IngestSource, ingest } from "./ingest.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { type DatabaseState, stateOf } from "./local-database.ts";
import { openDatabase } from "./open-database.ts";
import { PLACES, ROOT } from "./places.ts";
import { startProcessor } from "./processor.ts";
import { findRunning, type Running, takeStateFolder } from "./running.ts";
import { makeSampleClip } from "./sample-clip.ts";
import { type Service, ServiceEnded, tailOf } from "./service.ts";
import { readSettings, type Settings, type Source, USAGE, UsageError } from "./settings.ts";
import { requireFreePort, startWorker, waitUntilHealthy } from "./worker.ts";

/** The processes that run; the last to start is the first to stop. */
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
  const running = findRunning(PLACES.running);
  if (running !== null && settings.source.kind !== "sample") return addToRunning(settings, running);
  const state = stateOf(settings.database ?? { kind: "d1" });
  const { name: database, ingested } = state;
  const folder = takeStateFolder(PLACES.running, { port: settings.port, database, ingested });
  const services = new Services();
  process.on("exit", () => services.kill());
  const display = createProgressDisplay(process.stdout);
  const stop = listenForInterrupts(() => process.exit(0));
  try {
    await requireFreePort(settings.port);
    return await launch(
      settings,
      { state, display, stop, add: (service) => register(service, services, folder) },
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
async function addToRunning(settings: Settings, { port, database, ingested }: Running): Promise<number> {
  if (settings.database !== null && stateOf(settings.database).name !== database) {
    throw new UsageError(
      `ladderlock runs here with ${database}. Stop it first to use another database,\n` +
        "or leave out --db to add the film to what runs.",
    );
  }
  const origin = `http://127.0.0.1:${port}`;
  const display = createProgressDisplay(process.stdout);
  const stop = listenForInterrupts(() => process.exit(0));
  display.line(`ladderlock runs at http://localhost:${port}: the film is added to it`);
  try {
    await waitUntilHealthy(origin, stop);
    const api = new Api(origin, ensureDevVars(PLACES.devVars, new Date()).ADMIN_API_KEY ?? "");
    const film = { source: settings.source, port, ingested };
    return (await ingestAndFollow(film, api, display, stop)) ? 0 : 1;
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
  readonly state: DatabaseState;
  readonly display: ProgressDisplay;
  readonly stop: AbortSignal;
  readonly add: (service: Service) => void;
};

async function launch(settings: Settings, { state, display, stop, add }: Launch, ended: AbortSignal): Promise<number> {
  const signal = AbortSignal.any([stop, ended]);
  const startedAt = performance.now();
  const origin = `http://127.0.0.1:${settings.port}`;
  const secrets = ensureDevVars(PLACES.devVars, new Date());
  requireUsableSecrets(secrets);
  const line = (text: string) => display.line(text);
  const database = await openDatabase(settings.database ?? { kind: "d1" }, state, { add, line, signal });
  add(startWorker(settings.port, state.workerState, database));
  await waitUntilHealthy(origin, signal);
  add(startProcessor(origin, secrets.PROCESSOR_TOKEN ?? "", database));
  display.line(`Worker and processor are up (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);

  const api = new Api(origin, secrets.ADMIN_API_KEY ?? "");
  const film = { source: settings.source, port: settings.port, ingested: state.ingested };
  const published = await ingestAndFollow(film, api, display, signal);
  if (settings.exitAfterIngest) return published ? 0 : 1;
  display.line(
    `  Logs    ${relative(ROOT, PLACES.workerLog)}, ${relative(ROOT, PLACES.processorLog)}\n  Stop    Ctrl-C\n`,
  );
  return untilAborted(signal);
}

/** Says where the video can be watched, or why it cannot. Throws only if the run is to end. */
async function ingestAndFollow(
  film: { readonly source: Source; readonly port: number; readonly ingested: string },
  api: Api,
  display: ProgressDisplay,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const source = await sourceToIngest(film.source, display, signal);
    const ingested = await ingest(source, { api, recordsFile: film.ingested, display, signal });
    const outcome = await followPost(api, ingested.videoPostId, display, signal);
    display.end(outcome.kind === "published" ? "complete" : "as-it-is");
    display.line(describe(outcome, ingested, film.port));
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
  return `\n  Watch   http://localhost:${port}/watch/${videoPostId}/${fileIndex}\n  Console http://localhost:${port}/console\n  Post    ${videoPostId} (${found ? "from an earlier run" : "new"}${qualities})`;
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
