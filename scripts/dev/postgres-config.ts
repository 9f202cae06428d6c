import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { experimental_readRawConfig } from "wrangler";
import { ROOT } from "./places.ts";

/** Beside wrangler.toml, since its paths and .dev.vars are found from there. */
const FILE = join(ROOT, "wrangler.local-postgres.json");

/** No Hyperdrive of an account: locally the address in the environment counts. */
const LOCAL_ID = "00000000000000000000000000000000";

/** Writes wrangler.toml with a Hyperdrive in place of D1, and returns the path of the file. */
export async function writePostgresConfig(): Promise<string> {
  const { rawConfig } = await experimental_readRawConfig({ config: join(ROOT, "wrangler.toml") });
  const { d1_databases: _, ...rest } = rawConfig;
  const config = { ...rest, hyperdrive: [{ binding: "HYPERDRIVE", id: LOCAL_ID }] };
  writeFileSync(FILE, `${JSON.stringify(config, null, 2)}\n`);
  return FILE;
}
