import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { OpenDatabase } from "./local-database.ts";
import { PLACES, ROOT } from "./places.ts";
import { Service } from "./service.ts";
import { UsageError } from "./settings.ts";

const WRANGLER = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
const READY_WITHIN_MS = 60_000;
const POLL_MS = 100;
const GRACE_MS = 5000;

/** wrangler keeps what it writes for itself in our folder too, and asks nothing. */
function wranglerEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    WRANGLER_LOG_PATH: join(PLACES.logs, "wrangler"),
    WRANGLER_REGISTRY_PATH: join(PLACES.folder, "registry"),
    WRANGLER_NO_SKILLS_UPDATE_PROMPTS: "true",
    NO_COLOR: "1",
  };
}

/** Loading wrangler takes seconds, so migrations are applied only if they are not those of the last time. Returns whether they were. */
export async function applyMigrations(workerState: string): Promise<boolean> {
  const stampFile = join(workerState, "migrations.sha256");
  const stamp = hashOfMigrations();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return false;
  const { migrateLocalDatabase } = await import("./migrations.ts");
  await migrateLocalDatabase(workerState);
  writeFileSync(stampFile, stamp);
  return true;
}

function hashOfMigrations(): string {
  const hash = createHash("sha256");
  const names = readdirSync(PLACES.migrations).filter((name) => name.endsWith(".sql"));
  for (const name of names.sort()) hash.update(`${name}\0`).update(readFileSync(join(PLACES.migrations, name)));
  return hash.digest("hex");
}

/** Throws UsageError if something else listens on the port for longer than a second. */
export async function requireFreePort(port: number): Promise<void> {
  let problem = await tryPort(port);
  for (let wait = 0; problem?.code === "EADDRINUSE" && wait < 10; wait++) {
    await sleep(POLL_MS);
    problem = await tryPort(port);
  }
  if (problem === null) return;
  const other = `Choose another port: PORT=${port === 8787 ? 8788 : 8787} npm start`;
  if (problem.code === "EADDRINUSE") throw new UsageError(`Port ${port} is in use by another program.\n${other}`);
  throw new UsageError(`Port ${port} cannot be used (${problem.code}).\n${other}`);
}

function tryPort(port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", resolve);
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(null)));
  });
}

export function startWorker(port: number, workerState: string, { config, workerEnvironment }: OpenDatabase): Service {
  const args = ["dev", "--ip", "127.0.0.1", "--port", String(port), "--persist-to", workerState];
  if (config !== null) args.push("--config", config);
  return new Service({
    name: "The Worker",
    command: process.execPath,
    args: [WRANGLER, ...args, "--show-interactive-dev-session=false", "--inspector-port", "0"],
    cwd: ROOT,
    env: { ...wranglerEnvironment(), ...workerEnvironment },
    logFile: PLACES.workerLog,
    graceMs: GRACE_MS,
  });
}

/** Waits until the Worker answers at /healthz. */
export async function waitUntilHealthy(origin: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  let last = "no answer";
  while (Date.now() < deadline) {
    try {
      const reply = await fetch(`${origin}/healthz`, { signal });
      if (reply.status === 200) return;
      last = `status ${reply.status}`;
    } catch (error) {
      signal.throwIfAborted();
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(POLL_MS, null, { signal });
  }
  throw new UsageError(
    `The Worker did not become ready within ${READY_WITHIN_MS / 1000} s (${last}); see ${PLACES.workerLog}`,
  );
}
