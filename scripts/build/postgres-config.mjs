import { join } from "node:path";
import { experimental_readRawConfig } from "wrangler";

/**
 * wrangler.toml with a Hyperdrive in place of D1, as the text of a configuration file beside it. Derived, so that everything
 * else is the same on both databases.
 *
 * @param {string} root the folder of wrangler.toml
 * @param {{ id: string, check?: string }} hyperdrive `check` is a command that runs before each build
 */
export async function postgresConfig(root, { id, check }) {
  const { rawConfig } = await experimental_readRawConfig({ config: join(root, "wrangler.toml") });
  const { d1_databases: databases = [], hyperdrive = [], build, ...rest } = rawConfig;
  const others = databases.filter((/** @type {{ binding: string }} */ { binding }) => binding !== "DB");
  const config = {
    ...rest,
    build: check === undefined ? build : { ...build, command: `${check} && ${build?.command}` },
    ...(others.length > 0 ? { d1_databases: others } : {}),
    hyperdrive: [...hyperdrive, { binding: "HYPERDRIVE", id }],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
