import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { exportDatabase } from "../../cli/database/export-database.ts";
import { importDatabase } from "../../cli/database/import-database.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import { TRANSFER_TABLES } from "../../shared/persistence/pg/transfer/tables.ts";
import type { TestPersistence } from "../contract/persistence.ts";
import { emptyD1, fillEveryTable, ROWS } from "./filled-d1.ts";
import { openTestDatabase } from "./pg-persistence.ts";

const server = inject("postgresNewest");
const { open, url } = server === "" ? { open: null, url: "" } : await openTestDatabase(server);
const postgres = { url };

describe.skipIf(open === null)("a database that moves from D1 to Postgres and back", () => {
  let folder: string;
  let persistence: TestPersistence;
  const file = (name: string) => join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ladderlock-transfer-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(async () => {
    for (const name of readdirSync(folder)) rmSync(file(name));
    persistence = await open!();
  });

  async function run(work: (output: { out(text: string): void; err(text: string): void }) => Promise<number>) {
    const printed = { out: "", err: "" };
    const code = await work({
      out: (text) => {
        printed.out += text;
      },
      err: (text) => {
        printed.err += text;
      },
    });
    return { code, ...printed };
  }
  const exporting = (options: { d1File?: string; output?: string; verify?: string }) =>
    run((output) =>
      exportDatabase({ d1File: null, output: null, verify: null, ...options }, { release: "1.2.3", postgres }, output),
    );
  const importing = (name: string, d1File: string | null = null) =>
    run((output) => importDatabase({ file: name, d1File }, { postgres }, output));

  async function exported(fill: (database: DatabaseSync) => void = fillEveryTable): Promise<string> {
    const database = emptyD1(file("d1.sqlite"));
    fill(database);
    database.close();
    expect(await exporting({ d1File: file("d1.sqlite"), output: file("first") })).toMatchObject({ code: EXIT.ok });
    return file("first");
  }

  it("keeps every value of every column, and the numbers that were drawn", async () => {
    const first = await exported();
    expect(await importing(first)).toMatchObject({ code: EXIT.ok, err: "" });
    for (const { name } of TRANSFER_TABLES) expect(await persistence.rows(name), name).toHaveLength(ROWS);
    expect(await exporting({ output: file("second"), verify: first })).toMatchObject({ code: EXIT.ok, err: "" });
    expect(await importing(file("second"), file("back.sql"))).toMatchObject({ code: EXIT.ok });
    const statements = readFileSync(file("back.sql"), "utf8");
    const back = emptyD1(file("back.sqlite"));
    back.exec(statements);
    back.close();
    for (const verify of [first, file("second")]) {
      expect(await exporting({ d1File: file("back.sqlite"), verify })).toMatchObject({ code: EXIT.ok, err: "" });
    }
    expect(Math.max(...statements.split(";\n").map((statement) => Buffer.byteLength(statement)))).toBeLessThan(100_000);
  });

  it("draws no number of the feed a second time, though its row was deleted", async () => {
    const first = await exported((database) => {
      database.exec(
        "INSERT INTO access_revocation (sequence, kind, subject, created_at, expires_at) VALUES (77, 'token', 'x', 1, 1)",
      );
      database.exec("DELETE FROM access_revocation");
    });
    await importing(first);
    const subject = { kind: "viewer", subject: "v" } as const;
    expect(await persistence.revocations.revoke(subject, { now: 1, expiresAt: 2 }, 10)).toBe(1_000_078);
    await persistence.execute("DELETE FROM access_revocation");
    await exporting({ output: file("second") });
    await importing(file("second"), file("back.sql"));
    const back = emptyD1(file("back.sqlite"));
    back.exec(readFileSync(file("back.sql"), "utf8"));
    back.exec("INSERT INTO access_revocation (kind, subject, created_at, expires_at) VALUES ('token', 'y', 1, 1)");
    expect(back.prepare("SELECT sequence FROM access_revocation").all()).toEqual([{ sequence: 2_000_079 }]);
    back.close();
  });

  it("is refused by a database that is not empty, which keeps what it has", async () => {
    const first = await exported();
    await persistence.serviceState.record("cron", 5);
    const refused = await importing(first);
    expect(refused).toMatchObject({ code: EXIT.badInput, out: "" });
    expect(refused.err).toContain('it is not empty: "service_mark" has rows');
    expect(await persistence.rows("video_post")).toEqual([]);
    await importing(first, file("back.sql"));
    const back = emptyD1(file("back.sqlite"));
    back.exec("INSERT INTO service_mark VALUES ('cron', 5)");
    expect(() => back.exec(readFileSync(file("back.sql"), "utf8"))).toThrow(
      "NOT NULL constraint failed: service_mark.at",
    );
    back.close();
  });

  it.each<[what: string, change: (text: string) => string, problem: string]>([
    ["cut off", (text) => text.slice(0, text.lastIndexOf("\n", text.length - 2) + 1), "its end is missing"],
    ["changed", (text) => text.replace('"title":"', '"title":"x'), "its rows of published_video were changed"],
    ["without a row", (text) => text.replace(/^\{"table":"api_key".*\n/m, ""), "its rows of api_key were changed"],
    ["of another format", (text) => text.replace("ladderlock database 1", "ladderlock database 9"), "its format is"],
    ["of other tables", (text) => text.replace('"video_post":["id"', '"video_post":["ident"'), "with other tables"],
    [
      "with a foreign line",
      (text) => text.replace("\n", '\n{"table":"video_post","row":{},"more":1}\n'),
      "line 2 is no line",
    ],
    ["of another program", () => "a,b,c\n1,2,3\n", "it is no file of `ladderlock database export`"],
    ["with other line ends", (text) => text.replaceAll("\n", "\r\n"), "the ends of its lines were changed"],
    ["empty", () => "", "it is empty"],
  ])("is not read from a file that is %s", async (_, change, problem) => {
    const first = await exported();
    writeFileSync(first, change(readFileSync(first, "utf8")));
    const refused = await importing(first);
    expect(refused).toMatchObject({ code: EXIT.badInput, out: "" });
    expect(refused.err).toContain(problem);
    expect(await persistence.rows("video_post")).toEqual([]);
  });

  it("names the row whose text Postgres cannot store, and imports nothing", async () => {
    const first = await exported((database) => {
      fillEveryTable(database);
      database.exec("UPDATE video_post SET description = 'a' || char(0) || 'b' WHERE id = 'id 1'");
    });
    const refused = await importing(first);
    expect(refused.code).toBe(EXIT.badInput);
    expect(refused.err).toContain("Postgres cannot store video_post.description of id 1");
    expect(await persistence.rows("published_video")).toEqual([]);
  });

  it("says which row differs from an earlier export", async () => {
    const first = await exported();
    await importing(first);
    await persistence.execute("UPDATE video_post SET title = 'other' WHERE id = 'id 0'");
    const compared = await exporting({ verify: first });
    expect(compared).toMatchObject({ code: EXIT.failed, err: `Not equal to ${first}: rows of video_post differ\n` });
  });

  it.each([
    ["service_mark", "at", "9007199254740993"],
    ["service_mark", "at", "1.5"],
    ["webhook_attempt", "started_at", "'soon'"],
  ])("names a row of D1 that has no fit value, and leaves no file: %s.%s = %s", async (table, column, value) => {
    const database = emptyD1(file("d1.sqlite"));
    fillEveryTable(database);
    database.exec(`UPDATE ${table} SET ${column} = ${value} WHERE rowid = 3`);
    database.close();
    const refused = await exporting({ d1File: file("d1.sqlite"), output: file("first") });
    expect(refused).toMatchObject({ code: EXIT.badInput, out: "" });
    expect(refused.err).toMatch(`cannot be exported: ${table}.${column} of `);
    expect(readdirSync(folder)).toEqual(["d1.sqlite"]);
  });

  it("names an integer of Postgres that a number does not hold, and leaves no file", async () => {
    await persistence.execute("INSERT INTO service_mark (name, at) VALUES ('cron', 9007199254740993)");
    const refused = await exporting({ output: file("first") });
    expect(refused).toMatchObject({ code: EXIT.badInput, out: "" });
    expect(refused.err).toContain("9007199254740993 is beyond the integers");
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ["printf('%.*c', 2100000, 'x')", "D1 cannot store id 1 of video_post: it is larger than 2000000 bytes"],
    ["'a' || char(0) || 'b'", "D1 cannot be sent video_post.description of id 1: it has U+0000"],
  ])("names a row that D1 would refuse, and leaves no statements: %s", async (description, problem) => {
    const first = await exported((database) => {
      fillEveryTable(database);
      database.exec(`UPDATE video_post SET description = ${description} WHERE id = 'id 1'`);
    });
    const refused = await importing(first, file("back.sql"));
    expect(refused).toMatchObject({ code: EXIT.badInput, out: "" });
    expect(refused.err).toContain(problem);
    expect(readdirSync(folder).filter((name) => name.startsWith("back"))).toEqual([]);
  });

  it("is refused of a dump whose end is missing", async () => {
    const database = emptyD1(file("cut.sqlite"));
    const triggers = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
    for (const { name } of triggers) database.exec(`DROP TRIGGER "${name}"`);
    database.close();
    const cut = await exporting({ d1File: file("cut.sqlite"), output: file("first") });
    expect(cut).toMatchObject({ code: EXIT.badInput, err: expect.stringContaining("it has no triggers") });
  });

  it("is refused to a role that may not read which numbers were drawn", async () => {
    const role = `reader_${randomUUID().slice(0, 8)}`;
    await persistence.execute(`CREATE ROLE ${role} LOGIN PASSWORD 'reader'`);
    try {
      await persistence.execute(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
      const asReader = Object.assign(new URL(url), { username: role, password: "reader" }).href;
      const reading = run((output) =>
        exportDatabase(
          { d1File: null, output: file("first"), verify: null },
          { release: "1.2.3", postgres: { url: asReader } },
          output,
        ),
      );
      await expect(reading).rejects.toMatchObject({ code: "42501" });
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      await persistence.execute(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });

  it("is not written over a file that exists", async () => {
    const first = await exported();
    await expect(exporting({ output: first })).rejects.toThrow("EEXIST");
  });

  it("is refused where the dump is of another release, or is none", async () => {
    const database = emptyD1(file("old.sqlite"));
    database.exec("ALTER TABLE video_post DROP COLUMN passthrough");
    database.close();
    const old = await exporting({ d1File: file("old.sqlite"), output: file("x") });
    expect(old).toMatchObject({ code: EXIT.badInput });
    expect(old.err).toContain("it has no video_post.passthrough");
    writeFileSync(file("none.sql"), "nothing");
    const none = await exporting({ d1File: file("none.sql"), output: file("y") });
    expect(none.err).toContain("it is no file of `wrangler d1 export`");
    writeFileSync(file("attach.sql"), `ATTACH '${file("stolen")}' AS x;`);
    const attached = await exporting({ d1File: file("attach.sql"), output: file("z") });
    expect(attached.err).toContain("not authorized");
    expect(readdirSync(folder)).not.toContain("stolen");
  });
});
