import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { TEST_SECRETS } from "../../test/e2e/test-secrets.ts";
import { childProcess, processCpuSeconds } from "../process-cpu.ts";
import { bareWorker, builtWorker } from "./built-worker.ts";

export type WorkerName = "ladderlock" | "empty" | "memory" | "object" | "database";

export type Workerd = AsyncDisposable & {
  /** Where a Worker listens by itself, with no router of the local tools in front. */
  origin(worker: WorkerName): Promise<URL>;
  /** CPU seconds that the process has used so far; NaN where the system does not report them. */
  cpuSeconds(): Promise<number>;
  readonly bucket: (binding: "SOURCE" | "PLAYBACK") => Promise<ObjectWriter>;
};

export type ObjectWriter = { put(key: string, value: string | Uint8Array): Promise<unknown> };

const MIGRATIONS = join(import.meta.dirname, "../../migrations/d1");
const RUNTIME = {
  compatibilityDate: "2026-11-01",
  modules: true,
  unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
};
const DATABASE = { DB: "bench" };
const PLAYBACK = { PLAYBACK: "bench-playback" };

/** Our Worker and the barest ones in one workerd process, over one database and one bucket, each on its own socket. */
export async function startWorkerd(temporaryDirectory: string): Promise<Workerd> {
  const options = convertV4MiniflareOptions({
    log: new Log(LogLevel.WARN),
    // Else Miniflare asks the network for the properties of a sample request.
    cf: false,
    workers: [
      {
        ...RUNTIME,
        name: "ladderlock",
        script: await builtWorker(join(temporaryDirectory, "worker")),
        compatibilityFlags: ["nodejs_compat"],
        bindings: { ...TEST_SECRETS },
        d1Databases: DATABASE,
        r2Buckets: { SOURCE: "bench-source", ...PLAYBACK },
        durableObjects: { JOB_EVENTS: { className: "JobEvents", useSQLite: true } },
        queueProducers: { DELETE_OBJECTS: "bench-delete-objects", AUDIT_EVENTS: "bench-audit-events" },
        ratelimits: { TOKEN_ISSUE_LIMIT: { namespace_id: "1", simple: { limit: 1_000_000, period: 60 } } },
      },
      { ...RUNTIME, name: "empty", script: await bareWorker("empty") },
      { ...RUNTIME, name: "memory", script: await bareWorker("memory") },
      { ...RUNTIME, name: "object", script: await bareWorker("object"), r2Buckets: PLAYBACK },
      { ...RUNTIME, name: "database", script: await bareWorker("database"), d1Databases: DATABASE },
    ],
  });
  const miniflare = new Miniflare(options);
  await miniflare.ready;
  await migrate(await miniflare.getD1Database("DB", "ladderlock"));
  const pid = await childProcess("workerd");
  return {
    cpuSeconds: async () => (pid === null ? null : await processCpuSeconds(pid)) ?? Number.NaN,
    origin: (worker) => miniflare.unsafeGetDirectURL(worker),
    bucket: async (binding) => (await miniflare.getR2Bucket(binding, "ladderlock")) as unknown as ObjectWriter,
    [Symbol.asyncDispose]: () => miniflare.dispose(),
  };
}

type Statements = Pick<D1Database, "prepare" | "batch">;

/** The Worker's own tables, and the one row that the barest gate counts in. */
async function migrate(database: unknown): Promise<void> {
  const db = database as Statements;
  const files = (await readdir(MIGRATIONS)).filter((name) => name.endsWith(".sql")).sort();
  for (const file of files) {
    const text = await readFile(join(MIGRATIONS, file), "utf8");
    await db.batch(text.split("--> statement-breakpoint").map((statement) => db.prepare(statement)));
  }
  await db.batch([
    db.prepare("CREATE TABLE bench_counter (id TEXT PRIMARY KEY, uses INTEGER NOT NULL) WITHOUT ROWID"),
    db.prepare("INSERT INTO bench_counter VALUES ('a', 0)"),
  ]);
}
