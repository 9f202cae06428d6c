import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "../../processor/adapters/process-state.ts";
import { PLACES } from "../../scripts/dev/places.ts";
import { startPostgres } from "../../scripts/postgres/server.ts";

const FOLDER = join(PLACES.folder, "test-postgres");

/** Nothing of it outlives the tests, so nothing has to survive a crash of the machine. */
const PARAMETERS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: 500,
};

const MOST_MS = 120_000;

/** A server with an empty data directory, which `stop` removes. */
export async function startTestServer(
  major: number,
  binaries: string,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  removeLeftovers();
  const folder = mkdtempSync(join(FOLDER, `${process.pid}-${major}-`));
  const logFile = join(folder, "server.log");
  const signal = AbortSignal.timeout(MOST_MS);
  const { service, url } = await startPostgres({ binaries, major, folder, logFile, parameters: PARAMETERS, signal });
  return {
    url: url("postgres"),
    stop: async () => {
      await service.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Of test runs that were killed. */
function removeLeftovers(): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of readdirSync(FOLDER)) {
    if (!isAlive(Number.parseInt(name, 10))) rmSync(join(FOLDER, name), { recursive: true, force: true });
  }
}
