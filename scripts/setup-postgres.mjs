// npm run setup:postgres -- --hyperdrive-id <id>: writes the wrangler configuration of a deployment with Postgres. See docs/postgres.md.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { postgresConfig } from "./build/postgres-config.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const COMMAND = "npm run setup:postgres -- --hyperdrive-id <id>";
const HYPERDRIVE_ID = /^[0-9a-f]{32}$/;

/** @typedef {{ id: string, file: string }} Target */

try {
  const { values } = parseArgs({
    options: {
      "hyperdrive-id": { type: "string" },
      /** For several deployments from one clone. It stands beside wrangler.toml, from where wrangler finds the Worker. */
      file: { type: "string", default: "wrangler.postgres.json" },
      /** Runs before each build of such a deployment: refuses a file that wrangler.toml no longer gives. */
      check: { type: "boolean", default: false },
    },
  });
  const { file } = values;
  if (values.check) {
    const isCurrent = read(file) === (await derived({ id: idIn(file), file }));
    if (!isCurrent) throw new Error(`${file} is not what wrangler.toml gives. Write it again: ${COMMAND}`);
  } else {
    const id = values["hyperdrive-id"] ?? idIn(file);
    if (!HYPERDRIVE_ID.test(id)) throw new Error(`"${id}" is no id of a Hyperdrive, which has 32 hexadecimal digits.`);
    writeFileSync(join(ROOT, file), await derived({ id, file }));
    console.log(`${file} written: npx wrangler deploy -c ${file}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** @param {Target} target */
function derived({ id, file }) {
  return postgresConfig(ROOT, { id, check: `node scripts/setup-postgres.mjs --check --file ${file}` });
}

/** @param {string} file */
function read(file) {
  const path = join(ROOT, file);
  if (!existsSync(path)) throw new Error(`${file} is not there. Write it: ${COMMAND}`);
  return readFileSync(path, "utf8");
}

/** @param {string} file */
function idIn(file) {
  const text = read(file);
  const id = /"binding": "HYPERDRIVE",\s*"id": "([0-9a-f]{32})"/.exec(text)?.[1];
  if (id === undefined) throw new Error(`${file} has no Hyperdrive. Write it again: ${COMMAND}`);
  return id;
}
