import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { Agent } from "node:http";
import { join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { PLACES } from "../../scripts/dev/places.ts";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { pooledClients } from "../../shared/persistence/pg/clients.ts";
import { pgPersistence } from "../../shared/persistence/pg/persistence.ts";
import { DATABASE, migrate, RUNTIME } from "../../test/fixtures/isolates/local-worker.ts";
import { startPooledServer } from "../../test/postgres/pooler/pooled-server.ts";
import { builtWorker } from "./built-worker.ts";
import { type Operations, operationsOn } from "./operations.ts";
import { type BenchPostgres, startBenchPostgres } from "./postgres.ts";
import { remoteOperations } from "./remote-operations.ts";

/** Each of the callers has a connection. */
export const CALLERS = 20;

export type BothDatabases = {
  /** In workerd, over the binding. */
  readonly d1: Operations;
  /** In the same workerd, a new client for each call of a port: local Hyperdrive, and a pooler that lends connections. */
  readonly hyperdrive: Operations;
  /** In this process, as in a processor with DATABASE_URL, but with a connection for each caller. */
  readonly pool: Operations;
  readonly postgres: BenchPostgres;
};

/** Both with every migration and otherwise empty, on the same disk. */
export async function withBothDatabases(use: (databases: BothDatabases) => Promise<void>): Promise<void> {
  await mkdir(PLACES.folder, { recursive: true });
  const folder = await mkdtemp(join(PLACES.folder, "bench-databases-"));
  await using resources = new AsyncDisposableStack();
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const postgres = resources.use(await startBenchPostgres(folder));
  const url = await postgres.create("operations");
  const pooler = await startPooledServer(url);
  resources.defer(() => pooler.stop());
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...{ log: new Log(LogLevel.WARN), cf: false, resourcePersistencePath: join(folder, "d1") },
      workers: [
        {
          ...{ ...RUNTIME, name: "databases", compatibilityFlags: ["nodejs_compat"] },
          ...{ script: await builtWorker(folder), d1Databases: DATABASE, hyperdrives: { HYPERDRIVE: pooler.url } },
        },
      ],
    }),
  );
  resources.defer(() => miniflare.dispose());
  await migrate(await miniflare.getD1Database("DB", "databases"));
  const origin = await miniflare.unsafeGetDirectURL("databases");
  const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
  resources.defer(() => agent.destroy());
  const client = { connectionString: url, application_name: "bench", max: CALLERS };
  const clients = pooledClients(client, () => {});
  resources.defer(() => clients.end());
  await use({
    d1: remoteOperations(origin, "d1", agent),
    hyperdrive: remoteOperations(origin, "postgres", agent),
    pool: operationsOn(pgPersistence(clients.connect, STANDARD_JOB_RULES)),
    postgres,
  });
}
