import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { postgresConfig } from "../build/postgres-config.mjs";
import { ROOT } from "./places.ts";

/** Beside wrangler.toml, since its paths and .dev.vars are found from there. */
const FILE = join(ROOT, "wrangler.local-postgres.json");

/** No Hyperdrive of an account: locally the address in the environment counts. */
const LOCAL_ID = "00000000000000000000000000000000";

/** Writes the configuration of the local Worker with Postgres, and returns the path of the file. */
export async function writePostgresConfig(): Promise<string> {
  writeFileSync(FILE, await postgresConfig(ROOT, { id: LOCAL_ID }));
  return FILE;
}
