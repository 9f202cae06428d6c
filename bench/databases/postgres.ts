import { join } from "node:path";
import { readMigrations } from "../../cli/database/read-migrations.ts";
import { PLACES } from "../../scripts/dev/places.ts";
import { startPostgres } from "../../scripts/postgres/server.ts";
import { findPostgres } from "../../scripts/setup/postgres.mjs";
import { withOneClient } from "../../shared/persistence/pg/clients.ts";
import { migrate } from "../../shared/persistence/pg/migrations/migrate.ts";

const MAJOR = 18;
const START_MS = 120_000;
/** Of the standard settings only this one differs: 20 processors have more connections than 100. */
const PARAMETERS = { max_connections: 200 };

export type BenchPostgres = AsyncDisposable & {
  /** Makes a database with every migration and returns its address. */
  create(name: string): Promise<string>;
};

/** A server whose commits reach the disk, as they do with its standard settings. */
export async function startBenchPostgres(folder: string): Promise<BenchPostgres> {
  const found = await findPostgres({ toolsFolder: join(PLACES.folder, "tools"), major: MAJOR });
  if ("refusal" in found) throw new Error(`there is no Postgres for this benchmark: ${found.refusal}`);
  const { service, url } = await startPostgres({
    ...{ binaries: found.binaries, major: MAJOR, folder: join(folder, "postgres"), parameters: PARAMETERS },
    ...{ logFile: join(folder, "postgres.log"), signal: AbortSignal.timeout(START_MS) },
  });
  const clientOf = (database: string) => ({ connectionString: url(database), application_name: "bench" });
  return {
    create: async (name) => {
      await withOneClient(clientOf("postgres"), (client) => client.query({ text: `CREATE DATABASE ${name}` }));
      const options = { migrations: readMigrations(), dryRun: false, now: Date.now };
      const outcome = await withOneClient(clientOf(name), (client) => migrate(client, options));
      if (outcome.kind !== "migrated") throw new Error(`${name} was not migrated: ${JSON.stringify(outcome)}`);
      return url(name);
    },
    [Symbol.asyncDispose]: () => service.stop().then(() => {}),
  };
}
