import { describe, expect, it } from "vitest";
import { chooseTestDatabase, requirePostgres } from "./test-database.mjs";

describe("chooseTestDatabase", () => {
  it.each([
    [[], false, []],
    [["test/e2e"], false, ["test/e2e"]],
    [["--db=d1", "test/e2e"], false, ["test/e2e"]],
    [["test/e2e", "--db=postgres", "-t", "plays"], true, ["test/e2e", "-t", "plays"]],
  ])("reads %j", (args, onPostgres, others) => {
    expect(chooseTestDatabase(args)).toEqual({ onPostgres, others });
  });

  it.each([
    [["--db=mysql"], /Write --db=d1 or --db=postgres, not --db=mysql/],
    [["--db=postgres://me@host/films"], /not --db=postgres:\/\/me@host\/films/],
    [["--db", "postgres"], /not --db\./],
    [["--db=d1", "--db=postgres"], /one database at a time/],
  ])("refuses %j with a sentence", (args, reason) => {
    expect(() => chooseTestDatabase(args)).toThrow(reason);
  });
});

describe("requirePostgres", () => {
  it("accepts programs of Postgres and the URL of a server, and refuses a machine without both", () => {
    const none = { POSTGRES_18_BINARIES: "", POSTGRES_15_BINARIES: "/usr/lib/postgresql/15/bin" };
    expect(() => requirePostgres(none)).toThrow(/Set TEST_POSTGRES_NEWEST/);
    requirePostgres({ ...none, POSTGRES_18_BINARIES: "/opt/postgres/bin" });
    requirePostgres({ ...none, TEST_POSTGRES_NEWEST: "postgres://me:secret@127.0.0.1/postgres" });
  });
});
