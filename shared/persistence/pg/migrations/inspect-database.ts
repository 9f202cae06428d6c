import type { PgClient } from "../database.ts";
import type { AppliedMigration } from "./history.ts";

const OLDEST_MAJOR = 15;

export type UnfitDatabase =
  | { readonly kind: "old-server"; readonly version: string; readonly oldest: number }
  /** Text of another encoding cannot hold every title. */
  | { readonly kind: "not-utf8"; readonly encoding: string }
  | { readonly kind: "standby" }
  | { readonly kind: "no-schema" }
  /** It has tables of ladderlock, and new ones would not be beside them. */
  | { readonly kind: "other-schema"; readonly found: string; readonly schema: string }
  | { readonly kind: "no-permission"; readonly user: string; readonly schema: string }
  /** It holds tables, and none that says that they are of ladderlock. */
  | { readonly kind: "foreign"; readonly tables: readonly string[] };

export type InspectedDatabase = { readonly kind: "fit"; readonly applied: readonly AppliedMigration[] } | UnfitDatabase;

type Facts = {
  readonly version: string;
  readonly major: number;
  readonly encoding: string;
  readonly standby: boolean;
  readonly user: string;
  readonly schema: string | null;
  /** Where the search path of the user finds the tables of ladderlock. */
  readonly found: string | null;
  readonly permitted: boolean | null;
  readonly migrated: boolean;
};

/** Whether the migrations of ladderlock can be applied to the database, and which ones it has. Changes nothing. */
export async function inspectDatabase(client: PgClient): Promise<InspectedDatabase> {
  const { rows } = await client.query({ text: FACTS });
  const facts = rows[0] as Facts;
  if (facts.major < OLDEST_MAJOR) return { kind: "old-server", version: facts.version, oldest: OLDEST_MAJOR };
  if (facts.encoding !== "UTF8") return { kind: "not-utf8", encoding: facts.encoding };
  if (facts.standby) return { kind: "standby" };
  if (facts.schema === null) return { kind: "no-schema" };
  const { found, schema } = facts;
  if (found !== null && found !== schema) return { kind: "other-schema", found, schema };
  if (facts.permitted !== true) return { kind: "no-permission", user: facts.user, schema: facts.schema };
  if (facts.migrated) {
    const history = await client.query({ text: "SELECT tag, hash FROM ladderlock_migration ORDER BY index" });
    return { kind: "fit", applied: history.rows as AppliedMigration[] };
  }
  const others = await client.query({ text: OTHER_TABLES });
  const tables = others.rows.map(({ name }) => String(name));
  return tables.length === 0 ? { kind: "fit", applied: [] } : { kind: "foreign", tables };
}

const FACTS = `SELECT current_setting('server_version') AS version,
  current_setting('server_version_num')::int / 10000 AS major,
  current_setting('server_encoding') AS encoding,
  pg_is_in_recovery() AS standby,
  current_user::text AS user,
  current_schema()::text AS schema,
  (SELECT n.nspname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = to_regclass('ladderlock_migration')) AS found,
  has_schema_privilege(current_schema(), 'CREATE') AS permitted,
  to_regclass(quote_ident(current_schema()) || '.ladderlock_migration') IS NOT NULL AS migrated`;

/** Tables, views and sequences of the schema, except those that an extension brought along. */
const OTHER_TABLES = `SELECT c.relname::text AS name FROM pg_class c
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    AND NOT EXISTS (SELECT FROM pg_depend d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY c.relname`;
