import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { RUNTIME } from "../../test/fixtures/isolates/local-worker.ts";

const WRANGLER = join(import.meta.dirname, "../../node_modules/wrangler/bin/wrangler.js");
const QUIET = { WRANGLER_SEND_METRICS: "false", WRANGLER_SEND_ERROR_REPORTS: "false", CI: "true" };
const NAME = "both-bindings";

/** The script of the benchmark's Worker, as wrangler would deploy it: the driver of Postgres needs Node's modules. */
export async function builtWorker(folder: string): Promise<string> {
  const config = join(folder, "wrangler.json");
  const settings = {
    ...{ name: NAME, main: join(import.meta.dirname, `workers/${NAME}.ts`) },
    ...{ compatibility_date: RUNTIME.compatibilityDate, compatibility_flags: ["nodejs_compat"], keep_names: false },
  };
  await writeFile(config, JSON.stringify(settings));
  const built = join(folder, "worker");
  const args = [WRANGLER, "deploy", "--dry-run", "--config", config, "--outdir", built];
  await promisify(execFile)(process.execPath, args, { cwd: folder, env: { ...process.env, ...QUIET } });
  return readFile(join(built, `${NAME}.js`), "utf8");
}
