import type { PgClient } from "../database.ts";
import { applyMigration, MigrationFailed } from "./apply-migration.ts";
import { compareHistory, type HashedMigration, type History, type Migration, withHashes } from "./history.ts";
import { inspectDatabase, type UnfitDatabase } from "./inspect-database.ts";
import { holderOfLock, releaseLock, takeLock } from "./lock.ts";

export { type Migration, MigrationFailed };

export type MigrateOptions = {
  /** Those of this release, in their order. */
  readonly migrations: readonly Migration[];
  readonly dryRun: boolean;
  readonly now: () => number;
};

export type MigrateRefusal =
  | UnfitDatabase
  | Exclude<History, { kind: "known" }>
  /** Another program migrates the database now. */
  | { readonly kind: "busy"; readonly holder: string | null };

export type MigrateOutcome =
  | { readonly kind: "migrated"; readonly applied: readonly string[]; readonly before: number }
  /** A dry run: what would be applied. */
  | { readonly kind: "planned"; readonly pending: readonly string[]; readonly before: number }
  | { readonly kind: "refused"; readonly refusal: MigrateRefusal };

/**
 * Brings the database to the schema of this release. `client` is one connection for the whole call, and none that a
 * pooler shares between transactions: the lock belongs to it. Throws `MigrationFailed` where a statement fails; the
 * migrations before it stay.
 */
export async function migrate(client: PgClient, options: MigrateOptions): Promise<MigrateOutcome> {
  const release = await withHashes(options.migrations);
  if (options.dryRun) return plan(client, release);
  // A database that cannot be migrated says so even while another program has the lock.
  const first = await plan(client, release);
  if (first.kind === "refused") return first;
  if (!(await takeLock(client))) {
    return { kind: "refused", refusal: { kind: "busy", holder: await holderOfLock(client) } };
  }
  try {
    return await applyPending(client, release, options.now);
  } finally {
    await releaseLock(client).catch(() => {});
  }
}

async function applyPending(
  client: PgClient,
  release: readonly HashedMigration[],
  now: () => number,
): Promise<MigrateOutcome> {
  const planned = await plan(client, release);
  if (planned.kind !== "planned") return planned;
  const { before, pending } = planned;
  for (const [offset, migration] of release.slice(before).entries()) {
    await applyMigration(client, { index: before + offset, migration, appliedAt: now() });
  }
  return { kind: "migrated", applied: pending, before };
}

async function plan(client: PgClient, release: readonly HashedMigration[]): Promise<MigrateOutcome> {
  const database = await inspectDatabase(client);
  if (database.kind !== "fit") return { kind: "refused", refusal: database };
  const history = compareHistory(database.applied, release);
  if (history.kind !== "known") return { kind: "refused", refusal: history };
  return { kind: "planned", pending: history.pending.map(({ tag }) => tag), before: database.applied.length };
}
