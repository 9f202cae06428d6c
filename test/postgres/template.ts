import { readMigrations } from "../../cli/database/read-migrations.ts";
import { withOneClient } from "../../shared/persistence/pg/clients.ts";
import type { PgClient } from "../../shared/persistence/pg/database.ts";
import { migrate } from "../../shared/persistence/pg/migrations/migrate.ts";

/** Test files copy it. */
const TEMPLATE = "migrated";
/** For a busy machine. */
const CONNECT_MS = 60_000;
const OURS = "made by the tests of ladderlock";

/** Makes the database that test files copy. One of that name that somebody else made is left alone. */
export async function makeTemplate(server: string): Promise<void> {
  await connected(server, async (client) => {
    const { rows } = await client.query({
      text: "SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = $1",
      values: [TEMPLATE],
    });
    if (rows[0] !== undefined && rows[0].comment !== OURS) {
      throw new Error(`The server has a database ${TEMPLATE} already, which these tests did not make.`);
    }
    await client.query({ text: `DROP DATABASE IF EXISTS ${TEMPLATE}` });
    await client.query({ text: `CREATE DATABASE ${TEMPLATE} TEMPLATE template0 ENCODING 'UTF8'` });
    await client.query({ text: `COMMENT ON DATABASE ${TEMPLATE} IS '${OURS}'` });
  });
  const url = Object.assign(new URL(server), { pathname: `/${TEMPLATE}` }).href;
  const outcome = await connected(url, (client) =>
    migrate(client, { migrations: readMigrations(), dryRun: false, now: Date.now }),
  );
  if (outcome.kind !== "migrated") throw new Error(`The template was not migrated: ${JSON.stringify(outcome)}`);
}

function connected<T>(connectionString: string, work: (client: PgClient) => Promise<T>): Promise<T> {
  return withOneClient({ connectionString, application_name: "test", connectionTimeoutMillis: CONNECT_MS }, work);
}
