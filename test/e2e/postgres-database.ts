import { randomUUID } from "node:crypto";
import { pooledClients, withOneClient } from "../../shared/persistence/pg/clients.ts";
import type { Inspection } from "../inspection/d1.ts";
import { inspectPg } from "../inspection/pg.ts";

/** A database for one Worker under test. */
export type PostgresDatabase = {
  readonly url: string;
  readonly inspection: Inspection;
  drop(): Promise<void>;
};

export type DatabaseKind = "d1" | "postgres";

/** What the system under test runs on: `npm test -- --db=postgres` sets it. */
export function chosenDatabase(): DatabaseKind {
  return process.env.TEST_DATABASE === "postgres" ? "postgres" : "d1";
}

/** URL of a server whose database `migrated` is copied; empty where this machine has no Postgres. */
export function postgresServer(): string {
  return process.env.TEST_POSTGRES_SERVER ?? "";
}

/** How a Worker reaches a database: by the pooler of the tests, where it is on their server. */
export function pooledUrl(url: string): string {
  const [server, pooled] = [postgresServer(), process.env.TEST_POSTGRES_POOLED ?? ""];
  if (server === "" || pooled === "" || new URL(url).host !== new URL(server).host) return url;
  return Object.assign(new URL(url), { host: new URL(pooled).host }).href;
}

/** With every migration and nothing else; or with nothing at all, as an operator creates it. */
export async function createPostgresDatabase(content: "migrated" | "nothing" = "migrated"): Promise<PostgresDatabase> {
  const server = postgresServer();
  if (server === "") throw new Error("this machine has no Postgres");
  const name = `system_${randomUUID().replaceAll("-", "")}`;
  const template = content === "migrated" ? "migrated" : "template0 ENCODING 'UTF8'";
  await execute(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const clients = pooledClients({ connectionString: url, application_name: "inspection", max: 2 }, () => {});
  return {
    url,
    inspection: inspectPg(clients.connect),
    drop: async () => {
      await clients.end();
      await execute(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** For a busy machine. */
const CONNECT_MS = 60_000;

function execute(connectionString: string, text: string): Promise<unknown> {
  const options = { connectionString, application_name: "test", connectionTimeoutMillis: CONNECT_MS };
  return withOneClient(options, (client) => client.query({ text }));
}
