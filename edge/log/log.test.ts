import { beforeEach, describe, expect, it, vi } from "vitest";
import { logError } from "./log.ts";

const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJlLXNpZ25hdHVyZQ";

let lines: string[];

beforeEach(() => {
  lines = [];
  vi.spyOn(console, "error").mockImplementation((line) => void lines.push(String(line)));
  return () => vi.restoreAllMocks();
});

const logged = () => lines.map((line) => JSON.parse(line) as unknown);

describe("a logged error", () => {
  it("is one line of JSON with its place, its fields and its causes", () => {
    const cause = new Error("connection lost", { cause: new Error("reset by peer") });
    logError("outbox", new Error("the post could not be saved", { cause }), { prefix: "film/job/c1/" });
    const error = "the post could not be saved: connection lost: reset by peer";
    expect(logged()).toEqual([{ at: "outbox", prefix: "film/job/c1/", error }]);
  });

  it("shows no parameter of a failed statement", () => {
    const failed = new Error('Failed query: insert into "t" values (?)\nparams: secret-value', {
      cause: new Error("D1_ERROR: no such table\nsecret-value"),
    });
    logError("outbox", failed);
    expect(logged()).toEqual([
      { at: "outbox", error: 'Failed query: insert into "t" values (?): D1_ERROR: no such table' },
    ]);
  });

  it("is one line for each error of several", () => {
    const steps = [new Error("uploads failed", { cause: new Error("a") }), new Error("keys failed")];
    logError("scheduled", new Error("steps", { cause: new AggregateError(steps, "two") }));
    expect(logged()).toEqual([
      { at: "scheduled", error: "steps: uploads failed: a" },
      { at: "scheduled", error: "steps: keys failed" },
    ]);
  });

  it("redacts tokens, API keys and the query of URLs, in its fields too", () => {
    logError("issuer-keys", `no key for ${JWT}`, {
      url: "https://issuer.example/keys?secret=1",
      lost: { details: ["llk_0123456789abcdef_secret"] },
    });
    expect(logged()).toEqual([
      {
        at: "issuer-keys",
        url: "https://issuer.example/keys",
        lost: { details: ["[key]"] },
        error: "no key for [token]",
      },
    ]);
  });

  it("does not print a thrown value that is no error, and shortens long text", () => {
    logError("a", { secret: "x" });
    logError("b", new Error("y".repeat(5000)));
    expect(logged()).toEqual([
      { at: "a", error: "not an error" },
      { at: "b", error: "y".repeat(2000) },
    ]);
  });
});
