import { inject } from "vitest";
import { pooledClients, withOneClient } from "../../shared/persistence/pg/clients.ts";
import { type HoldingProxy, startHoldingProxy } from "../faults/holding-proxy.ts";
import { freePort } from "../fixtures/free-port.ts";
import { inspectPg } from "../inspection/pg.ts";
import { type RestartableServer, startRestartable } from "../postgres/restartable-server.ts";
import { makeTemplate } from "../postgres/template.ts";
import { type ProcessorProcess, startProcessor } from "./processor-process.ts";
import { type Stack, startStack } from "./stack.ts";

/*
 * The whole system on a Postgres that the test may stop: a Worker and two processors with DATABASE_URL. The objects that
 * the film "Encrypting" gets from its encrypt job, and "Transcoding" from its transcode job, wait for `release`.
 */

export type Monitored = ProcessorProcess & { readonly monitoring: string };

export type RestartableSystem = {
  readonly server: RestartableServer;
  readonly stack: Stack;
  readonly processors: readonly Monitored[];
  readonly encrypting: HoldingProxy;
  readonly transcoding: HoldingProxy;
  /** Ends every connection to the database. Resolves to how many there were. */
  terminateConnections(): Promise<number>;
  stop(): Promise<void>;
};

const RULES = { JOB_FIRST_BACKOFF_SECONDS: "1", JOB_LONGEST_BACKOFF_SECONDS: "1" };
const PROCESSOR = { HEARTBEAT_SECONDS: "1", SCAN_CRON: "* * * * * *" };

export async function startRestartableSystem(leaseSeconds: number): Promise<RestartableSystem> {
  await using started = new AsyncDisposableStack();
  const server = await startRestartable(inject("postgresBinaries"));
  started.defer(() => server.remove());
  await makeTemplate(server.url("postgres"));
  const url = server.url("migrated");
  const clients = pooledClients({ connectionString: url, application_name: "inspection", max: 2 }, () => {});
  started.defer(() => clients.end());
  const database = { url, inspection: inspectPg(clients.connect), drop: async () => {} };
  const settings = { ...RULES, JOB_LEASE_SECONDS: String(leaseSeconds) };
  const stack = await startStack({ database, settings, processor: false });
  started.defer(() => stack.stop());
  const encrypting = await startHoldingProxy(stack.origin, /\/ladderlock-playback\/encrypting\//);
  started.defer(() => encrypting.stop());
  const transcoding = await startHoldingProxy(encrypting.origin, /\/ladderlock-source\/transcoding\/[^/]+\/c1\//);
  started.defer(() => transcoding.stop());
  const processors = await Promise.all(
    [0, 1].map(() => startMonitored({ origin: transcoding.origin, databaseUrl: url })),
  );
  started.defer(async () => void (await Promise.all(processors.map((processor) => processor.stop()))));
  const running = started.move();
  return {
    ...{ server, stack, processors, encrypting, transcoding },
    terminateConnections: () => terminateConnections(url),
    stop: async () => {
      encrypting.release();
      transcoding.release();
      await running.disposeAsync();
    },
  };
}

async function startMonitored(deployment: { origin: string; databaseUrl: string }): Promise<Monitored> {
  const port = await freePort();
  const processor = await startProcessor(deployment, { ...PROCESSOR, METRICS_PORT: String(port) });
  return { ...processor, monitoring: `http://127.0.0.1:${port}` };
}

async function terminateConnections(connectionString: string): Promise<number> {
  const text = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`;
  const options = { connectionString, application_name: "test", connectionTimeoutMillis: 60_000 };
  return (await withOneClient(options, (client) => client.query({ text }))).rows.length;
}

/** What a processor's `/healthz` and metrics say of its database. */
export async function databaseOf({ monitoring }: Monitored) {
  const health = await fetch(`${monitoring}/healthz`);
  const { status, database } = (await health.json()) as { status: string; database: unknown };
  const metrics = await (await fetch(`${monitoring}/metrics`)).text();
  const listening = Number(/^ladderlock_database_listening (\d)$/m.exec(metrics)?.[1]);
  return { code: health.status, status, database, listening };
}
