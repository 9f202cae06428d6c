import { describe, expect, it } from "vitest";
import { connectionProblem } from "./connection-problem.ts";
import { readDatabaseUrl } from "./database-url.ts";

const URL_OF = "postgres://ladderlock:hunter2@db.example.com/ladderlock";

describe("the address of the database", () => {
  it("is the option, or else DATABASE_URL", () => {
    const environment = { DATABASE_URL: ` ${URL_OF} ` };
    expect(readDatabaseUrl(null, environment)).toEqual({ kind: "valid", config: URL_OF });
    const other = "postgresql:///ladderlock?host=/run/postgresql";
    expect(readDatabaseUrl(other, environment)).toEqual({ kind: "valid", config: other });
  });

  it.each([
    [undefined, "DATABASE_URL is missing"],
    ["", "DATABASE_URL is missing"],
    ["mysql://u:hunter2@h/d", "DATABASE_URL is not the address of a Postgres database"],
    ["postgres://u:hunter2@h:99999/d", "DATABASE_URL is not the address of a Postgres database"],
    ["postgres://u:hunter2@h", "DATABASE_URL names no database"],
    ["postgres:///d", "DATABASE_URL names no host"],
    ["postgres://u:hunter2%zz@h/d", 'DATABASE_URL has a "%" that stands for no character'],
  ])("is refused without being quoted: %s", (value, text) => {
    const read = readDatabaseUrl(null, { DATABASE_URL: value });
    const problems = read.kind === "invalid" ? read.problems.join() : "";
    expect(problems).toMatch(new RegExp(`^${text}.*such as postgres://user:password@host`));
    expect(problems).not.toContain("hunter2");
  });
});

describe("an error of the connection", () => {
  const coded = (code: string) => Object.assign(new Error("hunter2"), { code });

  it("names the server without its password, and says what to do", () => {
    const refused = { text: expect.stringMatching(/^The server db.example.com could not be reached/), code: 75 };
    expect(connectionProblem(coded("ECONNREFUSED"), URL_OF)).toEqual(refused);
    expect(connectionProblem(new AggregateError([coded("ECONNREFUSED")]), URL_OF)).toEqual(refused);
    const socket = Object.assign(coded("ENOENT"), { syscall: "connect" });
    expect(connectionProblem(socket, "postgres:///d?host=/run")?.text).toMatch("/run could not be reached (ENOENT)");
    expect(connectionProblem(coded("28P01"), URL_OF)?.text).not.toContain("hunter2");
  });

  it("is none of a file, a statement or a mistake in the program", () => {
    for (const error of [coded("ENOENT"), coded("EEXIST"), coded("42P01"), new TypeError("undefined")]) {
      expect(connectionProblem(error, URL_OF)).toBeNull();
    }
  });
});
