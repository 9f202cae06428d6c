import type { Persistence } from "../shared/application/persistence.ts";
import type { JobRules } from "../shared/domain/job/transcode-job.ts";
import { d1Persistence } from "../shared/persistence/d1/persistence.ts";
import { clientPerCall } from "../shared/persistence/pg/clients.ts";
import { pgPersistence } from "../shared/persistence/pg/persistence.ts";
import type { Env } from "./env.ts";
import { ConfigurationError } from "./settings/settings.ts";

export type DatabaseBindings = Pick<Env, "DB" | "HYPERDRIVE">;

/** The only place that chooses a database: the binding that is present decides. */
export function openPersistence(bindings: DatabaseBindings, rules: JobRules): Persistence {
  const bound = boundDatabase(bindings);
  return bound.kind === "d1" ? d1Persistence(bound.binding, rules) : pgPersistence(through(bound.binding), rules);
}

type BoundDatabase =
  | { readonly kind: "d1"; readonly binding: D1Database }
  | { readonly kind: "postgres"; readonly binding: NonNullable<Env["HYPERDRIVE"]> };

/** Throws ConfigurationError unless exactly one is bound. */
export function boundDatabase({ DB, HYPERDRIVE }: DatabaseBindings): BoundDatabase {
  if (DB !== undefined && HYPERDRIVE !== undefined) {
    throw new ConfigurationError(
      "two databases are bound, DB and HYPERDRIVE: deploy with wrangler.toml for D1, or with wrangler.postgres.json for Postgres",
    );
  }
  if (DB !== undefined) return { kind: "d1", binding: DB };
  if (HYPERDRIVE !== undefined) return { kind: "postgres", binding: HYPERDRIVE };
  throw new ConfigurationError(
    "no database is bound: bind a D1 database as DB (wrangler.toml), or a Hyperdrive as HYPERDRIVE (wrangler.postgres.json, see docs/deploying.md)",
  );
}

/** A client for each call. The connection string is read each time, since the platform may change it. */
function through(hyperdrive: NonNullable<Env["HYPERDRIVE"]>): ReturnType<typeof clientPerCall> {
  return (work) =>
    clientPerCall({ connectionString: hyperdrive.connectionString, application_name: "ladderlock-worker" })(work);
}
