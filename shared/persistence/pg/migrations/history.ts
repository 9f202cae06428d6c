/** A migration of this release: its name in the journal and its text. */
export type Migration = { readonly tag: string; readonly sql: string };

export type HashedMigration = Migration & { readonly hash: string };

/** A row of `ladderlock_migration`. */
export type AppliedMigration = { readonly tag: string; readonly hash: string };

export type History =
  | { readonly kind: "known"; readonly pending: readonly HashedMigration[] }
  /** The text of an applied migration is not that of this release. */
  | { readonly kind: "edited"; readonly tag: string }
  /** A later release has migrated the database. */
  | { readonly kind: "newer"; readonly unknown: readonly string[] }
  /** Another migration stands where this release has a different one. */
  | { readonly kind: "diverged"; readonly applied: string; readonly expected: string };

/** What is left to apply. Applied migrations are never changed, so those of the database must be the first of `release`. */
export function compareHistory(applied: readonly AppliedMigration[], release: readonly HashedMigration[]): History {
  for (const [index, { tag, hash }] of applied.entries()) {
    const expected = release[index];
    if (expected === undefined) return { kind: "newer", unknown: applied.slice(index).map((one) => one.tag) };
    if (expected.tag !== tag) return { kind: "diverged", applied: tag, expected: expected.tag };
    if (expected.hash !== hash) return { kind: "edited", tag };
  }
  return { kind: "known", pending: release.slice(applied.length) };
}

export function withHashes(migrations: readonly Migration[]): Promise<HashedMigration[]> {
  return Promise.all(migrations.map(async (migration) => ({ ...migration, hash: await sha256(migration.sql) })));
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
