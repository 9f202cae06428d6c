import type { PgClient } from "../database.ts";
import type { HashedMigration } from "./history.ts";

const BREAKPOINT = "--> statement-breakpoint";

/** A statement that waits for a table keeps everybody else waiting for it behind itself. */
const LOCK_WAIT = "10s";

/** One transaction: the statements, and the row that says so. */
export async function applyMigration(
  client: PgClient,
  { index, migration, appliedAt }: { index: number; migration: HashedMigration; appliedAt: number },
): Promise<void> {
  const { tag, hash, sql } = migration;
  const statements = sql.split(BREAKPOINT).filter((statement) => statement.trim() !== "");
  await client.query({ text: "BEGIN" });
  try {
    await client.query({ text: `SET LOCAL lock_timeout = '${LOCK_WAIT}'` });
    await client.query({ text: "SET LOCAL statement_timeout = 0" });
    await client.query({ text: HISTORY });
    for (const text of statements) await client.query({ text });
    await client.query({
      text: "INSERT INTO ladderlock_migration (index, tag, hash, applied_at) VALUES ($1, $2, $3, $4)",
      values: [index, tag, hash, appliedAt],
    });
    await client.query({ text: "COMMIT" });
  } catch (error) {
    // Also where the connection is lost: the server then undoes it.
    await client.query({ text: "ROLLBACK" }).catch(() => {});
    throw new MigrationFailed(tag, error);
  }
}

/** A statement of a migration failed, and the migration left nothing behind. `cause` is the error of the database. */
export class MigrationFailed extends Error {
  override name = "MigrationFailed";
  readonly tag: string;
  constructor(tag: string, cause: unknown) {
    super(`migration ${tag} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.tag = tag;
  }
}

const HISTORY = `CREATE TABLE IF NOT EXISTS ladderlock_migration
  (index integer PRIMARY KEY, tag text NOT NULL UNIQUE, hash text NOT NULL, applied_at bigint NOT NULL)`;
