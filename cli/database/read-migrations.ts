import { readFileSync } from "node:fs";
import journal from "../../migrations/pg/meta/_journal.json" with { type: "json" };
import type { Migration } from "../../shared/persistence/pg/migrations/migrate.ts";

/** The migrations of this release for Postgres, in their order. They lie beside the program. */
export function readMigrations(): Migration[] {
  return journal.entries.map(({ tag }) => ({
    tag,
    sql: readFileSync(new URL(`../../migrations/pg/${tag}.sql`, import.meta.url), "utf8"),
  }));
}
