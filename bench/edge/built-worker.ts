import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "../..");
const WRANGLER = join(ROOT, "node_modules/wrangler/bin/wrangler.js");

/** The Worker's script as a deployment would upload it. `directory` is for wrangler's output. */
export async function builtWorker(directory: string): Promise<string> {
  const quiet = { WRANGLER_SEND_METRICS: "false", WRANGLER_SEND_ERROR_REPORTS: "false", CI: "true" };
  const args = [WRANGLER, "deploy", "--dry-run", "--outdir", directory];
  await promisify(execFile)(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...quiet } });
  return readFile(join(directory, "index.js"), "utf8");
}

/** One of the barest Workers that ours is compared with. */
export async function bareWorker(name: "empty" | "memory" | "object" | "database"): Promise<string> {
  const entry = join(import.meta.dirname, "workers", `${name}.ts`);
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false });
  return outputFiles[0]!.text;
}
