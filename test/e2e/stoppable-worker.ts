import { join } from "node:path";
import { type StatementProxy, startStatementProxy } from "../fixtures/statement-proxy.ts";
import type { Inspection } from "../inspection/d1.ts";
import { type KillableWorker, startKillableWorker } from "./killable-worker.ts";
import { chosenDatabase, createPostgresDatabase, pooledUrl } from "./postgres-database.ts";

/** A Worker that can be killed at a statement of its database. */
export type StoppableWorker = Omit<KillableWorker, "killAndRestart"> & {
  /** From now on and until the Worker is killed, statements with this pattern in them are not sent and never answered. */
  stopAt(pattern: RegExp): Promise<void>;
  /** How many such statements there are. */
  stopped(): Promise<number>;
  killAndRestart(): Promise<void>;
  /** Moves the Worker's clock until it is killed. */
  setClockAhead(ms: number): Promise<void>;
  /** One minute's work of the Cron Trigger. */
  runCron(): Promise<void>;
  readonly rows: Inspection["rows"];
};

type Control = <T>(path: string, body?: unknown) => Promise<T>;
type Stopping = Pick<StoppableWorker, "stopAt" | "stopped" | "killAndRestart" | "rows" | "stop">;

const MAIN = join(import.meta.dirname, "../workerd/support/stopping-worker.ts");

export async function startStoppableWorker(settings: Record<string, string>): Promise<StoppableWorker> {
  const proxied = chosenDatabase() === "postgres" ? await proxiedPostgres() : null;
  const postgres = proxied === null ? {} : { postgres: proxied.proxy.url };
  const worker = await startKillableWorker(() => settings, { main: MAIN, ...postgres });
  const control: Control = async (path, body) => {
    const init = { method: "POST", body: JSON.stringify(body ?? null) };
    const response = await fetch(`${worker.origin}/test/${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as never;
  };
  return {
    ...worker,
    ...(proxied === null ? stoppingInside(worker, control) : stoppingBetween(worker, proxied)),
    setClockAhead: (ms) => control(`clock?ahead=${ms}`),
    runCron: () => control("cron"),
  };
}

/** On D1: in the process of the Worker, which forgets it when it is killed (test/workerd/support/stopping-worker.ts). */
function stoppingInside(worker: KillableWorker, control: Control): Stopping {
  return {
    stopAt: ({ source, flags }) => control(`stop?${new URLSearchParams({ at: source, flags })}`),
    stopped: async () => (await control<{ stopped: number }>("stopped")).stopped,
    killAndRestart: () => worker.killAndRestart(),
    rows: (table, where = {}) => control("rows", { table, where }),
    stop: worker.stop,
  };
}

type ProxiedPostgres = {
  readonly proxy: StatementProxy;
  readonly rows: Inspection["rows"];
  readonly drop: () => Promise<void>;
};

async function proxiedPostgres(): Promise<ProxiedPostgres> {
  const { url, inspection, drop } = await createPostgresDatabase();
  const proxy = await startStatementProxy(pooledUrl(url));
  return { proxy, rows: inspection.rows, drop: () => proxy.stop().then(drop) };
}

/** Between the Worker and its Postgres. */
function stoppingBetween(worker: KillableWorker, { proxy, rows, drop }: ProxiedPostgres): Stopping {
  return {
    stopAt: async (pattern) => proxy.stopAt(pattern),
    stopped: async () => proxy.stopped(),
    killAndRestart: () => worker.killAndRestart(() => proxy.stopAt(null)),
    rows,
    stop: () => worker.stop().then(drop),
  };
}
