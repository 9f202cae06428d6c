import journal from "../../migrations/pg/meta/_journal.json" with { type: "json" };
import { JOBS_CHANNEL, type ListenerState, listen } from "../../shared/persistence/pg/listen.ts";
import { openProcessDatabase } from "../../shared/persistence/pg/process-database.ts";
import { abortableSleep } from "../abortable-sleep.ts";
import { createDirectJobService } from "../adapters/direct/direct-job-service.ts";
import { createEarlySleep } from "../adapters/direct/early-sleep.ts";
import { createWorkerRequests } from "../adapters/direct/worker-requests.ts";
import { createWorkerSettings } from "../adapters/direct/worker-settings.ts";
import { createJobClient, type JobClient, jobClientOver } from "../adapters/job-client.ts";
import { JobServiceError } from "../adapters/job-client-errors.ts";
import type { ProcessorConfig } from "../config/config.ts";
import { polling, type Waiting, woken } from "../jobs/loop/waiting.ts";
import type { Logger } from "../log.ts";
import type { DatabaseState } from "../monitoring/health.ts";

/** Where jobs come from: the Worker, or the database itself. */
export type Jobs = AsyncDisposable & {
  readonly client: JobClient;
  /** Why no job could ever be claimed; null where that is not known. */
  problem(): Promise<string | null>;
  /** Waits for jobs until `stop` is aborted. */
  startWaiting(stop: AbortSignal): Waiting;
  /** Null where the Worker is asked. */
  readonly database: (() => DatabaseState) | null;
};

export function openJobs(config: ProcessorConfig, log: Logger): Jobs {
  const { databaseUrl, pollSeconds } = config;
  if (databaseUrl !== null) return openDirectJobs(config, databaseUrl, log);
  return {
    client: createJobClient(config),
    problem: async () => null,
    startWaiting: () => polling(pollSeconds * 1000, Math.random),
    database: null,
    [Symbol.asyncDispose]: async () => {},
  };
}

/** The listener finds what is due at once; this often a slot asks anyway. */
const LISTENING_POLL_MS = 30_000;

function openDirectJobs(config: ProcessorConfig, connectionString: string, log: Logger): Jobs {
  const client = { connectionString, application_name: `ladderlock processor ${config.owner}`.slice(0, 63) };
  const database = openProcessDatabase({ ...client, max: config.databaseConnections }, (error) =>
    log.warn({ err: error }, "an idle connection to the database failed"),
  );
  const worker = createWorkerRequests({ ...config, sleep: abortableSleep });
  const settings = createWorkerSettings({
    ...{ worker, database, random: Math.random, now: () => performance.now() },
    migrations: journal.entries.map(({ tag }) => `${tag}.sql`),
  });
  // What has failed is tried again as soon as the listener is connected again.
  const { sleep, wakeAll } = createEarlySleep(abortableSleep);
  const direct = createDirectJobService({
    ...{ database, worker, settings, log, now: Date.now, random: Math.random, sleep },
  });
  const listening = new AbortController();
  let state: ListenerState | null = null;
  return {
    client: jobClientOver(direct.service),
    problem: async () => {
      const error = await settings.fresh().then(
        () => null,
        (fault: unknown) => fault,
      );
      if (error instanceof JobServiceError && error.refusedWith !== null) return error.message;
      if (error instanceof Error && database.kindOfFault(error) === "refused") {
        return `DATABASE_URL leads to no database that this processor can use: ${error.message}`;
      }
      if (error !== null) log.warn({ err: error }, "no job is claimed until the Worker and the database answer");
      return null;
    },
    startWaiting: (stop) => {
      const isPrompt = () => state?.kind === "listening" && !state.pooled;
      const afterFailure = (ms: number, signal: AbortSignal) => sleep(ms, signal).then(nothing, nothing);
      const longestMs = () => (isPrompt() ? LISTENING_POLL_MS : config.pollSeconds * 1000);
      const waiting = woken(longestMs, Math.random, afterFailure);
      void listen({
        ...{ client, random: Math.random, onWake: waiting.wake, signal: AbortSignal.any([stop, listening.signal]) },
        onState: (next) => {
          logChange(log, state, next);
          state = next;
          if (next.kind === "listening") wakeAll();
        },
      });
      return waiting;
    },
    database: () => ({ ...placeOf(connectionString), listener: nameOf(state) }),
    [Symbol.asyncDispose]: async () => {
      listening.abort();
      await direct.settled();
      await database.end();
    },
  };
}

const nothing = () => {};

function placeOf(connectionString: string) {
  const { hostname, port, pathname } = new URL(connectionString);
  return { host: `${hostname}:${port === "" ? "5432" : port}`, name: decodeURIComponent(pathname.slice(1)) };
}

function nameOf(state: ListenerState | null): DatabaseState["listener"] {
  if (state === null) return "off";
  if (state.kind === "listening") return state.pooled ? "pooled" : "listening";
  return state.kind === "waiting" && state.refused ? "refused" : "connecting";
}

function logChange(log: Logger, before: ListenerState | null, { ...next }: ListenerState): void {
  if (next.kind === "waiting") log.warn({ err: next.error, channel: JOBS_CHANNEL }, "not listening for jobs");
  if (next.kind !== "listening" || before?.kind === "listening") return;
  if (next.pooled) {
    log.warn("DATABASE_URL leads to a pooler, which may withhold notifications: jobs are polled for. Use the server.");
  } else log.info({ channel: JOBS_CHANNEL }, "listening for jobs");
}
