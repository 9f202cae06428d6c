import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { descendantsOf, signalAll } from "../../scripts/dev/process-tree.ts";
import { Service } from "../../scripts/dev/service.ts";
import { freePort } from "../fixtures/free-port.ts";
import { chosenDatabase, createPostgresDatabase } from "./postgres-database.ts";
import { newState } from "./run-worker.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** The Worker in its own process, with its state on disk, so that it can be killed and come back. */
export type KillableWorker = {
  readonly origin: string;
  /** kill -9 of all of its processes, and the start of others on the same state. */
  killAndRestart(between?: () => void): Promise<void>;
  /** What it has printed since it was started last. */
  log(): Promise<string>;
  stop(): Promise<void>;
  /** Where its database is a Postgres. */
  readonly databaseUrl: string | null;
};

export type KillableOptions = {
  /** As in WorkerRun. */
  readonly main?: string;
  /** A Postgres that remains, in the place of a database for this Worker alone. */
  readonly postgres?: string;
};

const ROOT = join(import.meta.dirname, "../..");
const READY_WITHIN_MS = 60_000;

/** `settingsOf`: settings beside the secrets, which may name the Worker's address. */
export async function startKillableWorker(
  settingsOf: (origin: string) => Record<string, string> = () => ({}),
  { main, postgres }: KillableOptions = {},
): Promise<KillableWorker> {
  const directory = await mkdtemp(join(tmpdir(), "ladderlock-killable-"));
  const logFile = join(directory, "worker.log");
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const state = join(directory, "state");
  await newState(state);
  const isOwn = postgres === undefined && chosenDatabase() === "postgres";
  const database = isOwn ? await createPostgresDatabase() : null;
  const databaseUrl = postgres ?? database?.url ?? null;
  const start = async () => {
    const run: WorkerProcess = {
      ...{ port, state, settings: settingsOf(origin) },
      ...(main === undefined ? {} : { main }),
      ...(databaseUrl === null ? {} : { postgres: databaseUrl }),
    };
    const args = [join(ROOT, "test/e2e/worker-process.ts"), JSON.stringify(run)];
    const service = new Service({
      ...{ name: "The Worker", command: process.execPath, args, cwd: ROOT, env: process.env, logFile, graceMs: 5000 },
    });
    await healthy(origin, service).catch(async (error) => {
      await service.stop();
      throw error;
    });
    return service;
  };
  let service = await start();
  return {
    origin,
    killAndRestart: async (between) => {
      signalAll(descendantsOf(service.pid!), "SIGKILL");
      await service.ended;
      between?.();
      service = await start();
    },
    databaseUrl,
    log: () => readFile(logFile, "utf8"),
    stop: async () => {
      await service.stop();
      await database?.drop();
      await rm(directory, { recursive: true, force: true });
    },
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
