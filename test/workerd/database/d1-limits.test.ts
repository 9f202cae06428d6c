import { describe, expect, it } from "vitest";
import entry from "../../../edge/index.ts";
import { asInvocation, D1_LIMITS, newCount, PARAMETER_BYTES, takeViolations } from "../support/d1-limits.ts";
import { testEnv } from "../support/test-env.ts";

const db = testEnv.DB;
const text = (bytes: number) => "x".repeat(bytes);
const selectAll = (count: number) => db.prepare(`SELECT 1 IN (${Array(count).fill("?").join(", ")})`);
const compound = (terms: number) => db.prepare(Array(terms).fill("SELECT 1").join(" UNION ALL "));

const ask = (times: number) => db.batch(Array.from({ length: times }, () => db.prepare("SELECT 1")));

describe("the database of these tests", () => {
  it.each([
    [
      "a parameter above the project's bound",
      () =>
        db
          .prepare("SELECT ?")
          .bind(text(PARAMETER_BYTES + 1))
          .first(),
    ],
    ["a parameter of which characters take two bytes", () => db.prepare("SELECT ?").bind("é".repeat(500_001)).run()],
    [
      "a value above 2 MB",
      () =>
        db
          .prepare("SELECT ?")
          .bind(text(D1_LIMITS.valueBytes + 1))
          .all(),
    ],
    [
      "a BLOB above 2 MB",
      () =>
        db
          .prepare("SELECT ?")
          .bind(new Uint8Array(D1_LIMITS.valueBytes + 1))
          .raw(),
    ],
    [
      "a row above 2 MB",
      () =>
        db
          .prepare("SELECT ?, ?, ?")
          .bind(...Array(3).fill(text(700_000)))
          .all(),
    ],
    ["a row that becomes too large inside", () => db.prepare("SELECT hex(zeroblob(1000001)) AS x").first()],
    ["a statement above 100 kB", () => db.prepare(`SELECT 1 /*${text(D1_LIMITS.statementBytes)}*/`).first()],
    [
      "101 parameters",
      () =>
        selectAll(101)
          .bind(...Array(101).fill(1))
          .first(),
    ],
    ["such a statement in a batch", () => db.batch([db.prepare("SELECT ?").bind(text(PARAMETER_BYTES + 1))])],
    ["such a statement in a session", () => db.withSession().batch([db.prepare("SELECT ?").bind(text(1_000_001))])],
  ])("refuses %s, and the test that sends it fails", async (_, send) => {
    await expect(send()).rejects.toThrow(/^D1_ERROR: /);
    expect(takeViolations()).toHaveLength(1);
  });

  it("refuses six terms of a compound SELECT without help", async () => {
    await compound(D1_LIMITS.compoundTerms).all();
    await expect(compound(D1_LIMITS.compoundTerms + 1).all()).rejects.toThrow("too many terms in compound SELECT");
  });

  it("takes what lies just below every limit", async () => {
    await db.prepare("SELECT ?").bind(text(PARAMETER_BYTES)).first();
    await db.prepare(`SELECT 1 /*${text(D1_LIMITS.statementBytes - 20)}*/`).first();
    await selectAll(100)
      .bind(...Array(100).fill(1))
      .first();
    await asInvocation(() => ask(D1_LIMITS.statementsPerInvocation));
  });
});

describe("the 1,001st statement of an invocation", () => {
  it("is refused, and statements of a batch count one by one", async () => {
    const twoBatches = async () => {
      await ask(500);
      await ask(500);
      await db.prepare("SELECT 1").first();
    };
    await expect(asInvocation(twoBatches)).rejects.toThrow("Too many API requests by single Worker invocation");
    expect(takeViolations()).toHaveLength(1);
    await twoBatches();
  });

  it("counts rows that change and bytes that are sent, for tests that bound them", async () => {
    const count = newCount();
    const insert = `INSERT INTO upload_session (upload_id, owner, offset, temp_path, state, metadata, expires_at, created_at)
      SELECT value, 'o', 0, '', 'OPEN', '{}', 1, 1 FROM json_each(?)`;
    await asInvocation(() => db.prepare(insert).bind('["a","b"]').run(), count);
    expect(count).toEqual({ statements: 1, bytes: insert.length + 9, changes: 2 });
  });

  it("is counted over a request and what it leaves to waitUntil, and not over two requests", async () => {
    let left: Promise<unknown> = Promise.resolve();
    const answer = async () => {
      await ask(600);
      left = ask(401);
    };
    await asInvocation(answer);
    await expect(left).rejects.toThrow("Too many API requests");
    expect(takeViolations()).toHaveLength(1);
    await asInvocation(() => ask(600));
    await asInvocation(() => ask(600));
  });

  it("is counted in what the platform calls: the Worker's own handlers", async () => {
    let spent: Promise<unknown> | null = null;
    const busy = new Proxy(db, {
      get(target, property) {
        if (property === "prepare") spent ??= ask(D1_LIMITS.statementsPerInvocation);
        const member = Reflect.get(target, property) as unknown;
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    // Each step of the tick fails from here on; what the handler makes of that is not the point.
    await entry.scheduled({} as never, { ...testEnv, DB: busy } as never).catch(() => {});
    await spent;
    // However many statements the first step sends at once.
    expect(takeViolations()[0]).toMatch(/^Too many API requests by single Worker invocation: 100[1-9] statements$/);
  });
});
