import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";
import { PLACES, ROOT } from "./places.ts";

type Statement = { bind(...values: unknown[]): Statement; all<R>(): Promise<{ results: R[] }> };
type Database = { prepare(text: string): Statement; batch(statements: Statement[]): Promise<unknown> };

const APPLIED =
  "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)";

/**
 * Brings a local database to the newest schema, and records it as `wrangler d1 migrations apply --local` does. That
 * command starts a server for each migration. `state`: the folder that `wrangler dev --persist-to` takes.
 */
export async function migrateLocalDatabase(state: string): Promise<void> {
  const config = unstable_readConfig({ config: join(ROOT, "wrangler.toml") }, { hideWarnings: true });
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config);
  const options = convertV4MiniflareOptions({
    ...{ modules: true, script: "export default {}", cf: false, resourcePersistencePath: join(state, "v3") },
    d1Databases: workerOptions.d1Databases as Record<string, { id: string }>,
  });
  const miniflare = new Miniflare(options);
  try {
    await applyNew((await miniflare.getD1Database("DB")) as unknown as Database);
  } finally {
    await miniflare.dispose();
  }
}

async function applyNew(database: Database): Promise<void> {
  await database.prepare(APPLIED).all();
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  for (const name of migrationNames().filter((one) => !applied.has(one))) {
    const text = readFileSync(join(PLACES.migrations, name), "utf8");
    await database.batch([
      ...text.split("--> statement-breakpoint").map((statement) => database.prepare(statement)),
      database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
  }
}

function migrationNames(): string[] {
  return readdirSync(PLACES.migrations)
    .filter((name) => name.endsWith(".sql"))
    .sort();
}
