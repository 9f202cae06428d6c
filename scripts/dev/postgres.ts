import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectionProblem } from "../../cli/database/connection-problem.ts";
import { fileProblem } from "../../cli/database/file-problem.ts";
import { readMigrations } from "../../cli/database/read-migrations.ts";
import { describeRefusal } from "../../cli/database/refusal-text.ts";
import { withOneClient } from "../../shared/persistence/pg/clients.ts";
import type { PgClient } from "../../shared/persistence/pg/database.ts";
import { migrate } from "../../shared/persistence/pg/migrations/migrate.ts";
import { type PostgresServer, startPostgres } from "../postgres/server.ts";
import { findPostgres } from "../setup/postgres.mjs";
import { PLACES } from "./places.ts";
import { UsageError } from "./settings.ts";

const MAJOR = 18;
const DATABASE = "ladderlock";

/** Locally nothing pools: each request of the Worker opens its own connections. */
const PARAMETERS = { max_connections: 300 };

/** Starts the embedded server on the data of earlier runs. Its binaries are fetched the first time. */
export async function startEmbeddedPostgres(
  signal: AbortSignal,
): Promise<PostgresServer & { readonly database: string }> {
  const found = await findPostgres({ toolsFolder: join(PLACES.folder, "tools"), major: MAJOR });
  if ("refusal" in found) {
    throw new UsageError(
      `No Postgres can be started here: ${found.refusal}.\n` +
        "Name a server of yours: npm start -- --db=postgres://user:password@host/database",
    );
  }
  const { postgres: folder, postgresLog: logFile } = PLACES;
  const options = { binaries: found.binaries, major: MAJOR, folder, logFile, parameters: PARAMETERS, signal };
  const server = await startPostgres(options);
  return { ...server, database: server.url(DATABASE) };
}

/** Creates the database of the embedded server unless it is there, and leaves its address for psql and ladderlock. */
export async function createDatabase(server: PostgresServer): Promise<void> {
  await connected(server.url("postgres"), async (client) => {
    const { rows } = await client.query({ text: `SELECT FROM pg_database WHERE datname = '${DATABASE}'` });
    if (rows.length === 0) await client.query({ text: `CREATE DATABASE ${DATABASE}` });
  });
  mkdirSync(PLACES.postgres, { recursive: true });
  writeFileSync(PLACES.postgresUrl, `${server.url(DATABASE)}\n`, { mode: 0o600 });
}

/** The database was reached, and is none that this release can bring to its schema. */
export class RefusedDatabase extends UsageError {}

/**
 * Returns whether migrations were applied. Throws UsageError where the database cannot be used, and where a deployment or
 * another folder has filled it: `workerState` then lacks its objects.
 */
export async function migratePostgres(url: string, workerState: string): Promise<boolean> {
  if (!existsSync(workerState)) {
    const planned = await run(url, { dryRun: true });
    if (planned.before > 0) {
      throw new UsageError(
        "The database belongs to a deployment or to another folder, whose objects are not here. Name an empty database.",
      );
    }
    mkdirSync(workerState, { recursive: true });
  }
  const outcome = await run(url, { dryRun: false });
  return outcome.kind === "migrated" && outcome.applied.length > 0;
}

async function run(url: string, { dryRun }: { readonly dryRun: boolean }) {
  const options = { migrations: readMigrations(), dryRun, now: Date.now };
  const outcome = await connected(url, (client) => migrate(client, options)).catch((error: unknown) => {
    const problem = connectionProblem(error, url) ?? fileProblem(error);
    throw problem === null ? error : new UsageError(problem.text);
  });
  if (outcome.kind === "refused") throw new RefusedDatabase(describeRefusal(outcome.refusal).text);
  return outcome;
}

function connected<T>(connectionString: string, work: (client: PgClient) => Promise<T>): Promise<T> {
  return withOneClient({ connectionString, application_name: "npm start" }, work);
}
