import type { LaunchRequest, LocalRun } from "../../shared/application/protocols/local-launcher-protocol.ts";
import type { Logger } from "../log.ts";

/** How a process ended: with a code, or without one for a reason. */
export type RunEnd = { readonly exitCode: number | null; readonly reason: string | null };

export type RunProcess = {
  /** Never rejects. */
  readonly end: Promise<RunEnd>;
  /** A process that has ended is no error. */
  signal(signal: NodeJS.Signals): void;
};

export type LaunchOutcome =
  | { readonly kind: "started" | "known"; readonly run: LocalRun }
  /** The launch id names another job. */
  | { readonly kind: "other-job" }
  | { readonly kind: "full" | "stopping" };

/** The processes that this launcher has started. */
export type RunList = {
  /** Starts a process for the job, once for each launch id. */
  launch(request: LaunchRequest): LaunchOutcome;
  find(launchId: string): LocalRun | null;
  all(): readonly LocalRun[];
  /** SIGTERM, and SIGKILL after the time to stop. Null where the id is unknown. */
  stop(launchId: string): LocalRun | null;
  /** Starts nothing more, stops every process and resolves when all have ended. */
  close(): Promise<void>;
  /** SIGKILL at once. */
  kill(): void;
};

export type RunListOptions = {
  readonly start: (request: LaunchRequest) => RunProcess;
  readonly maxProcesses: number;
  readonly stopMs: number;
  readonly log: Logger;
  /** Ended runs that can still be asked about. */
  readonly remember?: number;
  /** Calls `work` after so long, unless what is returned is called before. */
  readonly later?: (ms: number, work: () => void) => () => void;
};

/** A launch is asked about until it has ended, and repeated within minutes; this is days of both. */
const REMEMBER = 1000;

type Started = { run: LocalRun; readonly process: RunProcess; isStopping: boolean };

export function createRunList(options: RunListOptions): RunList {
  const { start, maxProcesses, stopMs, log, remember = REMEMBER, later = timed } = options;
  const runs = new Map<string, Started>();
  let isClosed = false;
  const running = () => [...runs.values()].filter(({ run }) => run.state === "running");

  const stop = (started: Started) => {
    if (started.isStopping || started.run.state === "ended") return;
    started.isStopping = true;
    started.process.signal("SIGTERM");
    const cancel = later(stopMs, () => started.process.signal("SIGKILL"));
    void started.process.end.then(cancel);
  };
  return {
    launch: (request) => {
      const known = runs.get(request.launchId);
      if (known !== undefined) {
        return known.run.jobId === request.jobId ? { kind: "known", run: known.run } : { kind: "other-job" };
      }
      if (isClosed) return { kind: "stopping" };
      if (running().length >= maxProcesses) return { kind: "full" };
      const run: LocalRun = { ...request, state: "running", reason: null, exitCode: null };
      const started: Started = { run, process: start(request), isStopping: false };
      runs.set(request.launchId, started);
      log.info({ ...request, running: running().length }, "run started");
      void started.process.end.then((end) => {
        started.run = { ...run, ...end, state: "ended" };
        log.info({ ...request, ...end }, "run ended");
        forgetOldest(runs, remember);
      });
      return { kind: "started", run };
    },
    find: (launchId) => runs.get(launchId)?.run ?? null,
    all: () => [...runs.values()].map(({ run }) => run),
    stop: (launchId) => {
      const started = runs.get(launchId);
      if (started === undefined) return null;
      stop(started);
      return started.run;
    },
    close: async () => {
      isClosed = true;
      const left = running();
      for (const started of left) stop(started);
      await Promise.all(left.map(({ process }) => process.end));
    },
    kill: () => {
      isClosed = true;
      for (const { process } of running()) process.signal("SIGKILL");
    },
  };
}

function timed(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}

/** In the order of their launches. */
function forgetOldest(runs: Map<string, Started>, remember: number): void {
  const ended = [...runs].filter(([, { run }]) => run.state === "ended");
  for (const [launchId] of ended.slice(0, Math.max(0, ended.length - remember))) runs.delete(launchId);
}
