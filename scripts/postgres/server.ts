import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "../../processor/adapters/process-state.ts";
import { commandLineOf } from "../dev/process-tree.ts";
import { Service, tailOf } from "../dev/service.ts";
import { UsageError } from "../dev/settings.ts";
import { type DataDirectory, ensureDataDirectory, USER } from "./data-directory.ts";
import { privilegesFor } from "./privileges.ts";

export type PostgresOptions = {
  /** The folder with `postgres` and `initdb`. */
  readonly binaries: string;
  readonly major: number;
  /** Holds the data directory and the password. */
  readonly folder: string;
  readonly logFile: string;
  /** Parameters of the server beside those that it always gets. */
  readonly parameters?: Readonly<Record<string, string | number>>;
  /** A free one unless it is named. */
  readonly port?: number;
  readonly signal: AbortSignal;
};

export type PostgresServer = {
  readonly service: Service;
  readonly port: number;
  readonly url: (database: string) => string;
};

const GRACE_MS = 10_000;
/** Recovery after a crash may read a lot. */
const READY_WITHIN_MS = 60_000;
const EARLIER_ENDS_WITHIN_MS = 5_000;
const POLL_MS = 20;
const MOST_PORTS = 5;

/** Starts a server on 127.0.0.1 that ends with this process, however that ends. Resolves when it takes connections. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const program = join(options.binaries, "postgres");
  const privileges = privilegesFor(program, options.folder);
  const data = await ensureDataDirectory({ ...options, privileges });
  await untilUnused(data.path, options.signal);
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const service = startService([...privileges.prefix, program, ...argumentsOf(data, port, options)], options.logFile);
    try {
      await untilReady(service, data.path, options.signal);
      const url = (database: string) => `postgres://${USER}:${data.password}@127.0.0.1:${port}/${database}`;
      return { service, port, url };
    } catch (error) {
      await service.stop();
      const isTaken = /Address already in use/.test(tailOf(options.logFile));
      // Another program was faster.
      if (options.port !== undefined || attempt === MOST_PORTS || !isTaken) throw error;
    }
  }
}

function startService(command: readonly string[], logFile: string): Service {
  const [program = "", ...args] = command;
  return new Service({
    name: "Postgres",
    command: program,
    args,
    cwd: "/",
    env: { PATH: process.env.PATH, TZ: "UTC" },
    logFile,
    graceMs: GRACE_MS,
    // A fast shutdown: it does not wait for clients.
    stopSignal: "SIGINT",
    endsWithUs: true,
  });
}

function argumentsOf({ path }: DataDirectory, port: number, { parameters = {} }: PostgresOptions): string[] {
  // A path of a socket may have 107 bytes, and Hyperdrive takes none.
  const all = { listen_addresses: "127.0.0.1", port, unix_socket_directories: "", ...parameters };
  return ["-D", path, ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}

/** The server of an earlier run may still be ending. */
async function untilUnused(data: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + EARLIER_ENDS_WITHIN_MS;
  while (true) {
    const pid = Number(stateOf(data)[0]);
    if (!pid || !isAlive(pid) || !commandLineOf(pid).includes(data)) return;
    if (Date.now() > deadline) {
      throw new UsageError(`Another Postgres (process ${pid}) uses ${data}. Stop it first.`);
    }
    await sleep(POLL_MS, null, { signal });
  }
}

async function untilReady(service: Service, data: string, signal: AbortSignal): Promise<void> {
  const seen: { end: Error | null } = { end: null };
  service.ended.then((reason) => {
    seen.end = reason;
  });
  const deadline = Date.now() + READY_WITHIN_MS;
  while (true) {
    const lines = stateOf(data);
    if (Number(lines[0]) === service.pid && lines[7]?.trim() === "ready") return;
    if (seen.end !== null) throw seen.end;
    if (Date.now() > deadline) throw new Error(`Postgres did not become ready within ${READY_WITHIN_MS / 1000} s`);
    await sleep(POLL_MS, null, { signal });
  }
}

/** The lines of the file that a running server keeps: its process first, its state in the eighth. */
function stateOf(data: string): readonly string[] {
  const file = join(data, "postmaster.pid");
  return existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port: 0, host: "127.0.0.1" }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
