import { join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { builtWorker, bundled } from "../../test/fixtures/isolates/built-worker.ts";
import {
  type Bucket,
  DATABASE,
  migrate,
  ownBindings,
  PLAYBACK,
  RUNTIME,
} from "../../test/fixtures/isolates/local-worker.ts";
import { childProcess, processCpuSeconds } from "../process-cpu.ts";

export type WorkerName = "ladderlock" | BareName;
export type BareName = "empty" | "memory" | "object" | "database" | "counter";

export type Workerd = AsyncDisposable & {
  /** Where a Worker listens by itself, with no router of the local tools in front. */
  origin(worker: WorkerName): Promise<URL>;
  /** CPU seconds that the process has used so far; NaN where the system does not report them. */
  cpuSeconds(): Promise<number>;
  readonly bucket: (binding: "SOURCE" | "PLAYBACK") => Promise<Bucket>;
};

/** The one row that the barest gate counts in. */
const COUNTER = [
  "CREATE TABLE bench_counter (id TEXT PRIMARY KEY, uses INTEGER NOT NULL) WITHOUT ROWID",
  "INSERT INTO bench_counter VALUES ('a', 0)",
];

/** Our Worker and the barest ones in one workerd process, over one database and one bucket, each on its own socket. */
export async function startWorkerd(settings: Record<string, string>): Promise<Workerd> {
  const bare = async (name: BareName, more = {}) => ({ ...RUNTIME, name, script: await bareWorker(name), ...more });
  const options = convertV4MiniflareOptions({
    log: new Log(LogLevel.WARN),
    // Else Miniflare asks the network for the properties of a sample request.
    cf: false,
    workers: [
      {
        ...RUNTIME,
        ...ownBindings(settings),
        name: "ladderlock",
        script: (await builtWorker()).script,
      },
      await bare("empty"),
      await bare("memory"),
      await bare("object", { r2Buckets: PLAYBACK }),
      await bare("database", { d1Databases: DATABASE }),
      await bare("counter", { durableObjects: { BARE: { className: "Bare", useSQLite: true } } }),
    ],
  });
  const miniflare = new Miniflare(options);
  await miniflare.ready;
  await migrate(await miniflare.getD1Database("DB", "ladderlock"), COUNTER);
  const pid = await childProcess("workerd");
  return {
    cpuSeconds: async () => (pid === null ? null : await processCpuSeconds(pid)) ?? Number.NaN,
    origin: (worker) => miniflare.unsafeGetDirectURL(worker),
    bucket: async (binding) => (await miniflare.getR2Bucket(binding, "ladderlock")) as unknown as Bucket,
    [Symbol.asyncDispose]: () => miniflare.dispose(),
  };
}

function bareWorker(name: BareName): Promise<string> {
  return bundled(join(import.meta.dirname, "workers", `${name}.ts`));
}
