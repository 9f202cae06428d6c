import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { descendantsOf, signalAll } from "../../scripts/dev/process-tree.ts";
import { runOrThrow } from "../../scripts/dev/run-program.ts";
import { Service } from "../../scripts/dev/service.ts";
import { TEST_SECRETS } from "./test-secrets.ts";

/** The Worker in its own process, with its state on disk, so that it can be killed and come back. */
export type KillableWorker = {
  readonly origin: string;
  /** kill -9 of all of its processes, and the start of others on the same state. */
  killAndRestart(): Promise<void>;
  /** What it has printed since it was started last. */
  log(): Promise<string>;
  stop(): Promise<void>;
};

const ROOT = join(import.meta.dirname, "../..");
const WRANGLER = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
const READY_WITHIN_MS = 60_000;

/** `settingsOf`: settings beside the secrets, which may name the Worker's address. */
export async function startKillableWorker(
  settingsOf: (origin: string) => Record<string, string> = () => ({}),
): Promise<KillableWorker> {
  const directory = await mkdtemp(join(tmpdir(), "ladderlock-killable-"));
  const state = join(directory, "state");
  const logFile = join(directory, "worker.log");
  const variables = join(directory, "variables.env");
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const lines = Object.entries({ ...TEST_SECRETS, ...settingsOf(origin) }).map(
    ([name, value]) => `${name}="${value}"\n`,
  );
  await writeFile(variables, lines.join(""), { mode: 0o600 });
  const env = environment(directory);
  // `d1 migrations apply` starts a server for each of the migrations.
  const migrations = join(directory, "migrations.sql");
  await writeFile(migrations, await allMigrations());
  const migrate = ["d1", "execute", "ladderlock", "--local", "--yes", "--persist-to", state, "--file", migrations];
  const { signal } = new AbortController();
  await runOrThrow(process.execPath, [WRANGLER, ...migrate], { cwd: ROOT, env, signal });
  const start = async () => {
    const args = ["dev", "--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0", "--persist-to", state];
    const quiet = ["--show-interactive-dev-session=false", "--env-file", variables];
    const command = process.execPath;
    const service = new Service({
      ...{ name: "The Worker", command, args: [WRANGLER, ...args, ...quiet], cwd: ROOT, env, logFile, graceMs: 5000 },
    });
    await healthy(origin, service);
    return service;
  };
  let service = await start();
  return {
    origin,
    killAndRestart: async () => {
      signalAll(descendantsOf(service.pid!), "SIGKILL");
      await service.ended;
      service = await start();
    },
    log: () => readFile(logFile, "utf8"),
    stop: async () => {
      await service.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function allMigrations(): Promise<string> {
  const folder = join(ROOT, "migrations/d1");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return (await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")))).join(";\n");
}

/** wrangler keeps what it writes for itself in our directory too, and asks nothing. */
function environment(directory: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    WRANGLER_LOG_PATH: join(directory, "wrangler"),
    WRANGLER_REGISTRY_PATH: join(directory, "registry"),
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_NO_SKILLS_UPDATE_PROMPTS: "true",
    NO_COLOR: "1",
  };
}

async function healthy(origin: string, service: Service): Promise<void> {
  const died = service.ended.then((error) => Promise.reject(error));
  died.catch(() => {});
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const status = await Promise.race([fetch(`${origin}/healthz`).then((reply) => reply.status, String), died]);
    if (status === 200) return;
    if (Date.now() > deadline) throw new Error(`the Worker did not become ready: ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
