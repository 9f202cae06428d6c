import { describe, expect, it } from "vitest";
import { IncompleteAnswer } from "./database-errors.ts";
import { ConnectionFault, kindOfFault } from "./faults.ts";

const ofPostgres = (code: string) => Object.assign(new Error("of Postgres"), { severity: "FATAL", code });

describe("a fault of the database", () => {
  it.each([
    ["the connection failed", new ConnectionFault(new Error("socket hang up"))],
    ["an answer was cut off", new IncompleteAnswer(195)],
    ["a deadlock", ofPostgres("40P01")],
    ["too many connections", ofPostgres("53300")],
    ["a transaction that stood still for too long", ofPostgres("25P03")],
    ["a transaction that took too long", ofPostgres("25P04")],
    ["a statement that took too long", ofPostgres("57014")],
    ["below another error", new Error("the post could not be saved", { cause: ofPostgres("57P01") })],
  ])("is passing: %s", (_, error) => {
    expect(kindOfFault(error)).toBe("passing");
  });

  it.each([
    ["refused", ofPostgres("28P01")],
    ["refused", ofPostgres("42P01")],
    ["other", ofPostgres("23505")],
    ["other", ofPostgres("25P02")],
    ["other", Object.assign(new Error("of the network, without its name"), { code: "ECONNRESET" })],
    ["other", new AggregateError([ofPostgres("40P01"), ofPostgres("23505")])],
  ] as const)("is %s otherwise: %s", (kind, error) => {
    expect(kindOfFault(error)).toBe(kind);
  });
});
