import { env } from "cloudflare:workers";
import entry from "../../edge/index.ts";
import { withOneClient } from "../../shared/persistence/pg/clients.ts";
import { emptyTables } from "../inspection/pg.ts";
import { inspecting } from "./support/inspection.ts";
import { ofThisFile, startTestFile } from "./support/messages-of-this-file.ts";
import { ownDatabaseName } from "./support/own-hyperdrive.ts";
import { platformIdle, running } from "./support/platform-calls.ts";
import { testEnv, withOneDatabase } from "./support/test-env.ts";

/* Before each test file of the suite on Postgres: the database of this runtime, empty and with every migration. */

const server = (env as unknown as { readonly HYPERDRIVE: Hyperdrive }).HYPERDRIVE;
const PREPARED = Symbol.for("ladderlock: Postgres of this runtime is ready");
const runtime = globalThis as { [PREPARED]?: Promise<void> };

startTestFile();
runtime[PREPARED] ??= prepare();
await runtime[PREPARED];
await platformIdle();
await endForsaken();
await emptyTables(inspecting(testEnv.HYPERDRIVE!));

async function prepare(): Promise<void> {
  givePlatformOneDatabase();
  const text = `CREATE DATABASE ${ownDatabaseName()} TEMPLATE migrated`;
  const { connectionString } = server;
  // Copying a template takes as long as the disk needs.
  await withOneClient({ connectionString, application_name: "inspection" }, (client) => client.query({ text }));
}

/** Clients of the file before whose statements a test let hang, with what they lock. */
async function endForsaken(): Promise<void> {
  const text = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'faulty-%'`;
  await inspecting(testEnv.HYPERDRIVE!)((client) => client.query({ text }));
}

/** What the platform calls, with its bindings of both kinds: a deployment of Postgres has no D1. */
function givePlatformOneDatabase(): void {
  const handlers = entry as unknown as Record<string, (...args: unknown[]) => unknown>;
  const given = new WeakMap<object, object>();
  for (const name of ["fetch", "scheduled", "queue"]) {
    const handler = handlers[name];
    if (handler === undefined) throw new Error(`the Worker has no ${name}`);
    handlers[name] = (first, bindings, ...others) => {
      const raw = bindings as Record<string, unknown>;
      if ((raw.HYPERDRIVE as Hyperdrive | undefined)?.connectionString !== server.connectionString) {
        return running(handler.call(entry, first, raw, ...others));
      }
      if (!given.has(raw)) given.set(raw, withOneDatabase(raw));
      const call = name === "queue" ? ofThisFile(first as MessageBatch) : first;
      return running(handler.call(entry, call, given.get(raw), ...others));
    };
  }
}
