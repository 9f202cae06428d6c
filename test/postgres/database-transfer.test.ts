import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { exportDatabase } from "../../cli/database/export-database.ts";
import { importDatabase } from "../../cli/database/import-database.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import { TRANSFER_TABLES } from "../../shared/persistence/pg/transfer/tables.ts";
import type { TransferColumn, TransferTable } from "../../shared/persistence/transfer/records.ts";
import type { TestPersistence } from "../contract/persistence.ts";
import { openTestDatabase } from "./pg-persistence.ts";

const server = inject("postgresNewest");
const { open, url } = server === "" ? { open: null, url: "" } : await openTestDatabase(server);
const postgres = { url };

/** What text may hold: quotes, ends of lines that JSON and readers of lines see differently, all planes, any length. */
const TEXTS = ["", "it's; -- 'quoted'", "line\nline\r\nend", "\u2028\u2029", "é 日本 🎬", '{"a":1}'];
const VALUES = [null, { b: [1, "'", { c: null }], a: 0.1 }, [], ["\u2028", -0.5, 1e21]];

/** Longer than a statement of D1. */
const LONG_TEXTS = ["'".repeat(110_000), "🎬é".repeat(40_000)];
const LONG_VALUES = [{ long: "日".repeat(60_000) }, [LONG_TEXTS[0], LONG_TEXTS[1]]];

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
    const last = await exporting({ d1File: file("back.sqlite"), verify: first });
    expect(last).toMatchObject({ code: EXIT.ok, err: "" });
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
    expect(await persistence.revocations.revoke(subject, { now: 1, expiresAt: 2 }, 10)).toBe(78);
    await persistence.execute("DELETE FROM access_revocation");
    await exporting({ output: file("second") });
    await importing(file("second"), file("back.sql"));
    const back = emptyD1(file("back.sqlite"));
    back.exec(readFileSync(file("back.sql"), "utf8"));
    back.exec("INSERT INTO access_revocation (kind, subject, created_at, expires_at) VALUES ('token', 'y', 1, 1)");
    expect(back.prepare("SELECT sequence FROM access_revocation").all()).toEqual([{ sequence: 79 }]);
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

const ROWS = 9;

function fillEveryTable(database: DatabaseSync): void {
  database.exec("BEGIN");
  for (const table of TRANSFER_TABLES) {
    const names = table.columns.map(({ name }) => `"${name}"`).join(", ");
    const insert = database.prepare(
      `INSERT INTO "${table.name}" (${names}) VALUES (${table.columns.map(() => "?").join(", ")})`,
    );
    const nullable = nullableColumns(database, table);
    for (let row = 0; row < ROWS; row++) {
      insert.run(...table.columns.map((column, index) => storedSample(table, column, row, index, nullable)));
    }
  }
  database.exec("COMMIT");
}

function nullableColumns(database: DatabaseSync, { name }: TransferTable): readonly string[] {
  const columns = database.prepare(`SELECT name FROM pragma_table_info('${name}') WHERE "notnull" = 0`).all();
  return columns.map((column) => String(column.name));
}

/** Each row has other values, and one row has NULL wherever a column may be NULL. */
function storedSample(
  table: TransferTable,
  column: TransferColumn,
  row: number,
  index: number,
  nullable: readonly string[],
) {
  const isKey = table.key.includes(column.name);
  if (!isKey && row === 1 && nullable.includes(column.name)) return null;
  switch (column.kind) {
    case "flag":
      return row % 2;
    case "integer":
      if (isKey) return row + 1;
      return row === 0 ? Number.MAX_SAFE_INTEGER - index : row * index;
    case "real":
      return [0.1, 1 / 3, 1e-7, 123456789.123, 0, 5, 2 ** 60, 1.5, 1e300][row] ?? 0;
    case "json":
      if (table.name === "video_post_revision" && row < 2) return JSON.stringify(LONG_VALUES[row]);
      return JSON.stringify(VALUES[(row + index) % VALUES.length] ?? {});
    case "text": {
      // What is unique or short in reality is so here.
      const isNamed =
        isKey || /_(?:id|token|version|state)$|^(?:kind|state|subject|direction|quality)$/.test(column.name);
      if (isNamed || table.name === "audit_event" || table.name === "author_reward")
        return `${column.name.replace("video_post_id", "id")} ${row}`;
      if (column.name === "description" && table.name === "video_post") return LONG_TEXTS[row] ?? "";
      return TEXTS[(row + index) % TEXTS.length]!;
    }
    default:
      return column.kind satisfies never;
  }
}

function emptyD1(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY");
  const migrations = new URL("../../migrations/d1/", import.meta.url);
  for (const name of readdirSync(migrations)
    .filter((entry) => entry.endsWith(".sql"))
    .toSorted()) {
    database.exec(readFileSync(new URL(name, migrations), "utf8"));
  }
  return database;
}
