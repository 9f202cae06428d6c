import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, inject, it } from "vitest";
import { isAlive } from "../../processor/adapters/process-state.ts";
import { PLACES } from "../../scripts/dev/places.ts";
import { descendantsOf } from "../../scripts/dev/process-tree.ts";
import { tailOf } from "../../scripts/dev/service.ts";
import { startPostgres } from "../../scripts/postgres/server.ts";
import { withOneClient } from "../../shared/persistence/pg/clients.ts";

const binaries = inject("postgresBinaries");
const TEMPORARY = join(PLACES.folder, "test-postgres");
mkdirSync(TEMPORARY, { recursive: true });
const folder = mkdtempSync(join(TEMPORARY, `${process.pid}-launcher-`));
const logFile = join(folder, "server.log");
// The tests kill processes, not the machine.
const parameters = { fsync: "off" };
const options = { binaries, major: 18, folder, logFile, parameters, signal: new AbortController().signal };

const query = (connectionString: string, text: string) =>
  withOneClient({ connectionString, application_name: "test" }, async (client) => (await client.query({ text })).rows);

describe.skipIf(binaries === "")("the launcher of Postgres", () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("keeps the data and a password that only its owner may read from one start to the next", async () => {
    const first = await startPostgres(options);
    await query(first.url("postgres"), "CREATE TABLE kept (id int)");
    await first.service.stop();
    expect(tailOf(logFile)).toContain("database system is shut down");
    expect(statSync(join(folder, "password")).mode & 0o777).toBe(0o600);
    const second = await startPostgres(options);
    expect(await query(second.url("postgres"), "SELECT count(*) AS tables FROM kept")).toEqual([{ tables: 0 }]);
    await second.service.stop();
  });

  it("refuses a data directory that another server uses, with its process", async () => {
    const first = await startPostgres(options);
    await expect(startPostgres(options)).rejects.toThrow(`Another Postgres (process ${first.service.pid}) uses`);
    await first.service.stop();
  });

  it("refuses data of another release before the server does", async () => {
    const version = join(folder, "data/PG_VERSION");
    writeFileSync(version, "17\n");
    await expect(startPostgres(options)).rejects.toThrow("is of Postgres 17, and this is Postgres 18.");
    writeFileSync(version, "18\n");
  });

  it("reports what the server says when it does not start", async () => {
    const wrong = startPostgres({ ...options, parameters: { max_connections: "many" } });
    await expect(wrong).rejects.toThrow("Postgres ended unexpectedly");
    expect(tailOf(logFile)).toContain("max_connections");
  });

  it("ends the server cleanly when its own process is killed, and starts it again at once", async () => {
    const parent = spawn(process.execPath, [
      "--input-type=module",
      "-e",
      `import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, "../../scripts/postgres/server.ts"))};
       const { service } = await startPostgres({ ...${JSON.stringify(options)}, signal: new AbortController().signal });
       console.log(service.pid);
       setInterval(() => {}, 1000);`,
    ]);
    const [line] = await new Promise<[Buffer]>((resolve) => parent.stdout.once("data", (chunk) => resolve([chunk])));
    parent.kill("SIGKILL");
    const again = await startPostgres(options);
    expect(isAlive(Number(line))).toBe(false);
    expect(readFileSync(logFile, "utf8")).not.toContain("not properly shut down");
    await again.service.stop();
  });

  it("starts again after the server itself was killed", async () => {
    const killed = await startPostgres(options);
    const processes = descendantsOf(killed.service.pid ?? 0);
    process.kill(killed.service.pid ?? 0, "SIGKILL");
    expect((await killed.service.ended).message).toBe("Postgres ended unexpectedly (SIGKILL).");
    // They hold the memory that all of them share.
    await expect.poll(() => processes.filter(isAlive)).toEqual([]);
    const again = await startPostgres(options);
    expect(await query(again.url("postgres"), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await again.service.stop();
  });
});
