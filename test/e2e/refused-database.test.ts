import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../fixtures/free-port.ts";
import { createPostgresDatabase, type PostgresDatabase, postgresServer } from "./postgres-database.ts";
import { startProcessor } from "./processor-process.ts";
import { databaseOf } from "./restartable-system.ts";
import { type Stack, startStack } from "./stack.ts";

/* A DATABASE_URL that no retry makes right ends a processor with 78, whichever command it runs. */

const isLong = process.env.LONG_TESTS === "1";
const WRONG_PASSWORD = "not-the-password";

type Case = {
  readonly is: string;
  /** The address, and the Worker that the processor is given. */
  readonly deployment: () => { readonly origin: string; readonly databaseUrl: string };
  readonly says: string;
};

let onPostgres: Stack;
let onD1: Stack;
let copy: PostgresDatabase;
let empty: PostgresDatabase;

const changed = (change: Partial<URL>) => Object.assign(new URL(onPostgres.databaseUrl!), change).href;
const at = (databaseUrl: string, { origin }: Stack = onPostgres) => ({ origin, databaseUrl });

const OTHER: Case = {
  is: "another one than that of the Worker",
  deployment: () => at(copy.url),
  says: "uses another database than DATABASE_URL names",
};
const UNMIGRATED: Case = {
  is: "without migrations",
  deployment: () => at(empty.url),
  says: "Run ladderlock migrate.",
};
const NO_LOGIN: Case = {
  is: "with another password",
  deployment: () => at(changed({ password: WRONG_PASSWORD })),
  says: "password authentication failed",
};
const NOT_THERE: Case = {
  is: "that the server does not have",
  deployment: () => at(changed({ pathname: "/nothing_of_this_name" })),
  says: "does not exist",
};
const D1: Case = {
  is: "beside a Worker with D1",
  deployment: () => at(copy.url, onD1),
  says: "uses D1, not Postgres",
};

const COMMANDS = [
  { command: ["serve"], cases: [OTHER, UNMIGRATED, NO_LOGIN, NOT_THERE, D1] },
  {
    command: ["run", crypto.randomUUID()],
    cases: isLong ? [OTHER, UNMIGRATED, NO_LOGIN, NOT_THERE, D1] : [UNMIGRATED],
  },
];
const ROWS = COMMANDS.flatMap(({ command, cases }) => cases.map((one) => ({ command, ...one })));

describe.skipIf(postgresServer() === "")("a processor with a database", () => {
  beforeAll(async () => {
    [onPostgres, onD1, copy, empty] = await Promise.all([
      startStack({ database: "postgres", processor: false }),
      startStack({ database: "d1", processor: false }),
      createPostgresDatabase(),
      createPostgresDatabase("nothing"),
    ]);
  });
  afterAll(async () => {
    await Promise.all([onPostgres?.stop(), onD1?.stop()]);
    await Promise.all([copy?.drop(), empty?.drop()]);
  });

  it.each(ROWS)("$is ends with 78, says what to do, and shows no password: $command", async (row) => {
    const { origin, databaseUrl } = row.deployment();
    const processor = await startProcessor({ origin, databaseUrl }, {}, row.command);
    const code = await processor.exit;
    const log = await processor.log();
    await processor.stop();
    expect([code, log]).toEqual([78, expect.stringContaining(row.says)]);
    for (const { password } of [new URL(databaseUrl), new URL(onPostgres.databaseUrl!)])
      expect(log).not.toContain(password);
  });

  it("names its database and the state of its listener in /healthz and in its metrics", async () => {
    const databaseUrl = onPostgres.databaseUrl!;
    const port = await freePort();
    const processor = await startProcessor(onPostgres, { METRICS_PORT: String(port) });
    const { hostname, port: databasePort, pathname } = new URL(databaseUrl);
    await expect
      .poll(() => databaseOf({ ...processor, monitoring: `http://127.0.0.1:${port}` }).catch(String))
      .toEqual({
        ...{ code: 200, status: "ok", listening: 1 },
        database: { host: `${hostname}:${databasePort}`, name: pathname.slice(1), listener: "listening" },
      });
    await processor.stop();
    expect(await processor.exit).toBe(0);
  });
});
