import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { migrateDatabase } from "../../cli/database/migrate-database.ts";
import { readMigrations } from "../../cli/database/read-migrations.ts";
import { withOneClient } from "../../shared/persistence/pg/clients.ts";
import type { PgClient } from "../../shared/persistence/pg/database.ts";
import { type Migration, migrate } from "../../shared/persistence/pg/migrations/migrate.ts";

const NOW = 1_795_774_001_506;
/** Of a lock: not on another database of the server. */
const OF_DATABASE = "database = (SELECT oid FROM pg_database WHERE datname = current_database())";
const PASSWORD = "correct-horse-battery";
const TAGS = readMigrations().map(({ tag }) => tag);
const ONE: Migration = { tag: "0000_one", sql: "CREATE TABLE one (id int);\n--> statement-breakpoint\nSELECT 1;\n" };
const TWO: Migration = { tag: "0001_two", sql: "CREATE TABLE two (id int)" };

describe.each([
  ["Postgres 18", inject("postgresNewest")],
  ["Postgres 15", inject("postgresOldest")],
])("migrations on %s", (name, server) => {
  if (server === "") return it.skip("need a server", () => {});
  const database = `migrate_${randomUUID().replaceAll("-", "")}`;
  const url = Object.assign(new URL(server), { pathname: `/${database}` }).href;
  beforeAll(() => query(server, `CREATE DATABASE ${database}`));
  beforeEach(() =>
    query(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC"),
  );
  afterAll(() => query(server, `DROP DATABASE ${database} WITH (FORCE)`));

  it("are listed by a dry run, which changes nothing, applied once, and then up to date", async () => {
    expect(await command(url, { dryRun: true })).toEqual({
      code: 0,
      out: `Would apply ${TAGS.join(", ")}.\n`,
      err: "",
    });
    expect(await tablesOf(url)).toEqual([]);
    expect(await command(url)).toEqual({ code: 0, out: `Applied ${TAGS.join(", ")}.\n`, err: "" });
    const recorded = await query(url, "SELECT index, tag, applied_at FROM ladderlock_migration ORDER BY index");
    expect(recorded).toEqual(TAGS.map((tag, index) => ({ index, tag, applied_at: NOW })));
    const upToDate = `The database is up to date: it has all ${TAGS.length} migrations of this release.\n`;
    expect(await command(url)).toEqual({ code: 0, out: upToDate, err: "" });
    expect(await command(url, { json: true })).toMatchObject({
      out: `${JSON.stringify({ before: TAGS.length, applied: [], pending: [] })}\n`,
    });
  });

  it("are refused at once while another program applies some, with that program's name", async () => {
    const waiting: Migration = { tag: "0000_waiting", sql: "SELECT pg_advisory_xact_lock(1)" };
    await connected(url, async (client) => {
      await client.query({ text: "SELECT pg_advisory_lock(1)" });
      const first = run(url, [waiting, TWO]);
      await expect
        .poll(() => query(url, `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND ${OF_DATABASE}`))
        .toHaveLength(1);
      expect(await run(url, [waiting, TWO])).toEqual({
        kind: "refused",
        refusal: {
          kind: "busy",
          holder: expect.stringMatching(/^server process \d+, user postgres, program first, from /),
        },
      });
      await client.query({ text: "SELECT pg_advisory_unlock(1)" });
      expect(await first).toEqual({ kind: "migrated", applied: ["0000_waiting", "0001_two"], before: 0 });
    });
    expect(await run(url, [waiting, TWO])).toEqual({ kind: "migrated", applied: [], before: 2 });
  });

  // What follows is the same on every release.
  if (name !== "Postgres 18") return;

  it("leave nothing of one that fails, and all of those before it", async () => {
    const broken: Migration = {
      tag: "0001_broken",
      sql: "CREATE TABLE half (id int); \n--> statement-breakpoint\nSELECT 1/0",
    };
    await expect(run(url, [ONE, broken])).rejects.toThrow("migration 0001_broken failed: division by zero");
    expect(await tablesOf(url)).toEqual(["ladderlock_migration", "one"]);
    expect(await run(url, [ONE, TWO])).toEqual({ kind: "migrated", applied: ["0001_two"], before: 1 });
  });

  it("are refused where one was applied with another text", async () => {
    await run(url, [ONE, TWO]);
    const edited = [{ ...ONE, sql: `${ONE.sql} ` }, TWO];
    expect(await run(url, edited)).toEqual({ kind: "refused", refusal: { kind: "edited", tag: "0000_one" } });
  });

  it("are refused to a program that is older than the database, and to one of another line", async () => {
    await run(url, [ONE, TWO]);
    expect(await run(url, [ONE])).toEqual({ kind: "refused", refusal: { kind: "newer", unknown: ["0001_two"] } });
    const other = [ONE, { ...TWO, tag: "0001_other" }];
    const refusal = { kind: "diverged", applied: "0001_two", expected: "0001_other" };
    expect(await run(url, other)).toEqual({ kind: "refused", refusal });
    expect(await command(url)).toMatchObject({ code: 1, err: expect.stringContaining("has the migration 0000_one") });
  });

  it("leave a database of another program alone", async () => {
    await query(url, "CREATE TABLE customer (id int); CREATE VIEW vip AS SELECT * FROM customer");
    expect(await command(url)).toEqual({
      code: 1,
      out: "",
      err: "The database holds tables of another program (customer, vip). Name an empty database.\n",
    });
    expect(await tablesOf(url)).toEqual(["customer", "vip"]);
  });

  it("need a database of the encoding UTF8", async () => {
    const other = `${database}_ascii`;
    await query(server, `CREATE DATABASE ${other} TEMPLATE template0 ENCODING 'SQL_ASCII'`);
    expect(await command(Object.assign(new URL(server), { pathname: `/${other}` }).href)).toMatchObject({
      code: 78,
      err: expect.stringContaining("the encoding SQL_ASCII"),
    });
    await query(server, `DROP DATABASE ${other}`);
  });

  it("need a schema, and a user that may create tables in it", async () => {
    const role = `limited_${randomUUID().slice(0, 8)}`;
    await query(url, `CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`);
    const asRole = Object.assign(new URL(url), { username: role, password: PASSWORD }).href;
    const refused = await command(asRole);
    expect(refused.code).toBe(78);
    expect(refused.err).toMatch(
      `The user ${role} may not create tables in the schema public. Run GRANT CREATE ON SCHEMA`,
    );
    await query(url, `ALTER ROLE ${role} SET search_path = nowhere`);
    expect(await command(asRole)).toMatchObject({
      code: 78,
      err: expect.stringContaining("names no schema that it may use"),
    });
    await query(url, `ALTER ROLE ${role} RESET search_path; GRANT CREATE ON SCHEMA public TO ${role}`);
    expect(await command(asRole)).toMatchObject({ code: 0 });
    await query(url, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  it("are refused to a user whose search path would put new tables beside those of another schema", async () => {
    await run(url, [ONE]);
    await query(url, "CREATE SCHEMA elsewhere");
    const refused = await command(`${url}?options=-c%20search_path%3Delsewhere,public`);
    expect(refused).toMatchObject({ code: 78, err: expect.stringContaining("are in the schema public") });
    await query(url, "DROP SCHEMA elsewhere");
  });

  it("report a server or a database that cannot be used without its password", async () => {
    const changed = (change: Partial<URL>) => Object.assign(new URL(url), change).href;
    const failures = [
      [await command(changed({ password: PASSWORD })), 78, "does not accept the user or the password (28P01)"],
      [await command(changed({ password: PASSWORD, port: "9" })), 75, "could not be reached (ECONNREFUSED)"],
      [await command(changed({ password: PASSWORD, hostname: "no.invalid" })), 75, "could not be reached (E"],
      [await command(changed({ password: "" })), 78, "asks for a password"],
      [await command(changed({ pathname: "/absent" })), 78, "has no such database (3D000)"],
      [await command(`${url}?sslmode=verify-full`), 78, "does not support TLS"],
      [await command(`${url}?sslrootcert=/nowhere/ca.pem`), 78, "/nowhere/ca.pem does not exist"],
      [await command(`postgres:///${database}?host=/nowhere`), 75, "could not be reached (ENOENT)"],
    ] as const;
    for (const [{ code, out, err }, expected, text] of failures) {
      expect(err).toContain(text);
      expect({ code, out }).toEqual({ code: expected, out: "" });
      for (const secret of [PASSWORD, new URL(url).password]) expect(err).not.toContain(secret);
    }
  });
});

async function command(url: string, flags: { readonly dryRun?: boolean; readonly json?: boolean } = {}) {
  const printed = { out: "", err: "" };
  const output = {
    out: (text: string) => {
      printed.out += text;
    },
    err: (text: string) => {
      printed.err += text;
    },
  };
  const code = await migrateDatabase({ dryRun: false, json: false, ...flags }, { url, now: () => NOW }, output);
  return { code, ...printed };
}

const run = (url: string, migrations: readonly Migration[]) =>
  withOneClient({ connectionString: url, application_name: "first" }, (client) =>
    migrate(client, { migrations, dryRun: false, now: () => NOW }),
  );

const connected = <T>(connectionString: string, work: (client: PgClient) => Promise<T>) =>
  withOneClient({ connectionString, application_name: "test" }, work);

const query = (url: string, text: string) => connected(url, async (client) => (await client.query({ text })).rows);

async function tablesOf(url: string): Promise<unknown[]> {
  const rows = await query(
    url,
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') ORDER BY 1",
  );
  return rows.map(({ relname }) => relname);
}
