import { relative } from "node:path";
import type { DatabaseChoice, DatabaseState, OpenDatabase } from "./local-database.ts";
import { PLACES, ROOT } from "./places.ts";
import type { Service } from "./service.ts";
import { UsageError } from "./settings.ts";

type Opening = {
  readonly add: (service: Service) => void;
  readonly line: (text: string) => void;
  readonly signal: AbortSignal;
};

/** Makes the database ready: started if it is a server, and migrated. What a database needs is loaded with it. */
export async function openDatabase(
  choice: DatabaseChoice,
  state: DatabaseState,
  { add, line, signal }: Opening,
): Promise<OpenDatabase> {
  if (choice.kind === "d1") {
    const { applyMigrations } = await import("./worker.ts");
    if (await applyMigrations(state.workerState)) line("Database: migrations applied");
    // One that the shell has for another program would take the processor away from the Worker's database.
    return { config: null, workerEnvironment: {}, processorEnvironment: { DATABASE_URL: undefined } };
  }
  const { createDatabase, migratePostgres, RefusedDatabase, startEmbeddedPostgres } = await import("./postgres.ts");
  const { writePostgresConfig } = await import("./postgres-config.ts");
  let url: string;
  if (choice.kind === "postgres") {
    const server = await startEmbeddedPostgres(signal);
    add(server.service);
    await createDatabase(server);
    line(`Postgres is up at 127.0.0.1:${server.port}`);
    url = server.database;
  } else {
    url = choice.url;
  }
  const migrated = await migratePostgres(url, state.workerState).catch((error: unknown) => {
    if (choice.kind !== "postgres" || !(error instanceof RefusedDatabase)) throw error;
    throw new UsageError(`${error.message}\nTo begin with an empty one, delete ${relative(ROOT, PLACES.postgres)}.`);
  });
  if (migrated) line("Database: migrations applied");
  return {
    config: await writePostgresConfig(),
    workerEnvironment: { CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_HYPERDRIVE: url },
    processorEnvironment: { DATABASE_URL: url },
  };
}
