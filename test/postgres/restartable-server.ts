import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PLACES } from "../../scripts/dev/places.ts";
import { type PostgresServer, startPostgres } from "../../scripts/postgres/server.ts";

export type RestartableServer = {
  url(database: string): string;
  /** A fast shutdown: it ends every connection. */
  stop(): Promise<void>;
  /** On the same port, with the same data. */
  start(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
};

/** For a busy machine, on which initdb alone takes a minute. */
const MOST_MS = 300_000;

/** A server of a test's own, which it may stop and start. */
export async function startRestartable(binaries: string): Promise<RestartableServer> {
  const parent = join(PLACES.folder, "test-postgres");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `${process.pid}-restartable-`));
  const open = (port?: number) =>
    startPostgres({
      ...{ binaries, major: 18, folder, logFile: join(folder, "server.log") },
      parameters: { fsync: "off", max_connections: 200 },
      ...(port === undefined ? {} : { port }),
      signal: AbortSignal.timeout(MOST_MS),
    });
  let server: PostgresServer = await open();
  return {
    url: (database) => server.url(database),
    stop: () => server.service.stop(),
    start: async () => {
      server = await open(server.port);
    },
    remove: async () => {
      await server.service.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
