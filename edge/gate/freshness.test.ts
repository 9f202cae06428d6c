import { describe, expect, it, vi } from "vitest";
import {
  type Cell,
  emptyCell,
  freshValue,
  GAP_MS,
  type GateClock,
  nextStep,
  PATIENCE_MS,
  RETRY_MS,
  SLOW_MS,
} from "./freshness.ts";

const RULES = { freshMs: 5000, staleMs: 60_000 };
const READ_AT = 100_000;
const ANY = Number.NEGATIVE_INFINITY;

function known(more: Partial<Cell<string>> = {}): Cell<string> {
  return { ...emptyCell<string>(), value: "old", readAt: READ_AT, triedAt: READ_AT, ...more };
}

/** A reading under way since so many ms. */
const reading = (now: number, ms: number) => ({ readingSince: now - ms, triedAt: now - ms });
/** The last reading failed so many ms ago, right after it was started. */
const failed = (now: number, ms: number) => ({ failedAt: now - ms, triedAt: now - ms });

describe("what a request does", () => {
  it.each<[string, number, (now: number) => Partial<Cell<string>>, string]>([
    ["uses a young value", 3499, () => ({}), "use"],
    ["uses a value in its last third and has the next one read", 3500, () => ({}), "use-and-read"],
    ["does so until the very end of the period", 4999, () => ({}), "use-and-read"],
    ["leaves the reading to the request that has started it", 4000, (now) => reading(now, 100), "use"],
    [
      "reads again when the reading is slow, and has waited its turn",
      4900,
      (now) => reading(now, RETRY_MS),
      "use-and-read",
    ],
    ["reads what is over, and waits for it", 5000, () => ({}), "read"],
    ["waits for the reading of what is over", 5000, (now) => reading(now, SLOW_MS - 1), "wait"],
    ["uses what is over when its reading is slow", 6000, (now) => reading(now, SLOW_MS), "use"],
    ["has a slow reading repeated in its turn", 6000, (now) => reading(now, RETRY_MS), "use-and-read"],
    ["uses what is over when its reading has failed", 6000, (now) => failed(now, 10), "use"],
    ["tries a failing database once in a second", 6000, (now) => failed(now, RETRY_MS), "use-and-read"],
    ["reads what is over where a failure was long ago", 20_000, (now) => failed(now, 2 * RETRY_MS), "read"],
    ["does so where a reading was lost with its request", 20_000, (now) => reading(now, 2 * RETRY_MS), "read"],
    ["uses what is over until it is stale", 59_999, (now) => failed(now, 10), "use"],
    ["has nothing to use from then on", 60_000, (now) => failed(now, 10), "away"],
    ["but tries once in a second", 60_000, (now) => failed(now, RETRY_MS), "read"],
    ["waits for a try that is under way", 60_000, (now) => ({ ...failed(now, 2000), ...reading(now, 10) }), "wait"],
  ])("%s: after %i ms", (_, age, state, step) => {
    const now = READ_AT + age;
    expect(nextStep(known(state(now)), RULES, now, ANY)).toBe(step);
  });

  it.each<[string, (now: number) => Partial<Cell<string>>, string]>([
    ["reads", () => ({}), "read"],
    ["waits for the reading", (now) => reading(now, 10), "wait"],
    ["waits for a slow reading too", (now) => reading(now, SLOW_MS), "wait"],
    ["is refused at once when it has failed", (now) => failed(now, 10), "away"],
    ["tries once in a second", (now) => failed(now, RETRY_MS), "read"],
  ])("without any value %s", (_, state, step) => {
    const now = READ_AT;
    expect(nextStep({ ...emptyCell<string>(), ...state(now) }, RULES, now, ANY)).toBe(step);
  });

  it.each<[string, number, (now: number) => Partial<Cell<string>>, string]>([
    ["has to be read for", GAP_MS, () => ({}), "read"],
    ["is read for at most four times in a second", GAP_MS - 1, () => ({}), "wait"],
    ["is waited for while it is read", 1000, (now) => reading(now, 10), "wait"],
    ["cannot be had while the database fails, however young the old one is", 1000, (now) => failed(now, 10), "away"],
  ])("a value that is younger than the request %s", (_, age, state, step) => {
    const now = READ_AT + age;
    expect(nextStep(known(state(now)), RULES, now, now)).toBe(step);
  });
});

/** Time that passes only while somebody sleeps. */
function testClock(): GateClock & { at: number } {
  const clock = {
    at: READ_AT,
    now: () => clock.at,
    sleep: async (ms: number) => {
      await Promise.resolve();
      clock.at += ms;
    },
  };
  return clock;
}

const never = () => new Promise<string>(() => {});
const forget = () => {};

describe("a value that is read", () => {
  it("costs one reading, however many ask at once, and no request waits for a promise of another", async () => {
    const clock = testClock();
    const cell = emptyCell<string>();
    let finish: (value: string) => void = () => {};
    const read = vi.fn(() => new Promise<string>((resolve) => (finish = resolve)));
    const ask = () =>
      freshValue(
        cell,
        () => RULES,
        read,
        {
          ...clock,
          now: clock.now,
          sleep: async () => {
            await new Promise((resolve) => setTimeout(resolve, 1));
          },
        },
        forget,
      );
    const all = Array.from({ length: 200 }, ask);
    await new Promise((resolve) => setTimeout(resolve, 5));
    finish("new");
    expect(new Set(await Promise.all(all))).toEqual(new Set(["new"]));
    expect(read).toHaveBeenCalledTimes(1);
  });

  it("is as old as the start of its reading", async () => {
    const clock = testClock();
    const cell = emptyCell<string>();
    const slow = async () => {
      clock.at += 300;
      return "new";
    };
    await freshValue(cell, () => RULES, slow, clock, forget);
    expect(cell.readAt).toBe(READ_AT);
  });

  it("is held by the request beyond its end", async () => {
    const later = vi.fn();
    await freshValue(
      emptyCell<string>(),
      () => RULES,
      async () => "new",
      testClock(),
      later,
    );
    expect(later).toHaveBeenCalledTimes(1);
  });

  it("is given up within a second when the database hangs, and at once when it has just failed", async () => {
    const clock = testClock();
    const cell = emptyCell<string>();
    expect(await freshValue(cell, () => RULES, never, clock, forget)).toBe("away");
    expect(clock.at - READ_AT).toBeLessThanOrEqual(PATIENCE_MS);
    const failing = emptyCell<string>();
    const fails = () => Promise.reject(new Error("overloaded"));
    expect(await freshValue(failing, () => RULES, fails, clock, forget)).toBe("away");
    const before = clock.at;
    expect(await freshValue(failing, () => RULES, fails, clock, forget)).toBe("away");
    expect(clock.at).toBe(before);
  });

  it.each([
    ["a value that may be old", undefined],
    ["one that decides a refusal", READ_AT],
  ])("is used by requests that waited for %s while the isolate stood still", async (_, notBefore) => {
    const clock = testClock();
    const cell = emptyCell<string>();
    const arrived: (() => void)[] = [];
    const read = () => new Promise<string>((resolve) => arrived.push(() => resolve("new")));
    // Timers that are due come before the answers of the database.
    let sleeps = 0;
    const sleep = async () => {
      await new Promise((resolve) => setTimeout(resolve, 0));
      clock.at += 12_000;
      if (++sleeps > 3) for (const answer of arrived) answer();
    };
    const ask = () => freshValue(cell, () => RULES, read, { ...clock, now: clock.now, sleep }, forget, notBefore);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(["new", "new", "new"]);
  });

  it("is used by the request that has read it, although the isolate stood still before it looked", async () => {
    const clock = testClock();
    const slow = async () => {
      clock.at += 12_000;
      return "new";
    };
    expect(await freshValue(emptyCell<string>(), () => RULES, slow, clock, forget)).toBe("new");
  });

  it.each([
    ["fails", () => Promise.reject(new Error("overloaded"))],
    ["hangs", never],
  ])("is used when it is over and the reading of the first request in a long time %s", async (_, read) => {
    const clock = testClock();
    const cell = known({ failedAt: READ_AT + 10 });
    clock.at += 20_000;
    expect(await freshValue(cell, () => RULES, read, clock, forget)).toBe("old");
    expect(clock.at - READ_AT).toBeLessThanOrEqual(20_000 + SLOW_MS);
  });

  it("is not replaced by one whose reading was started earlier", async () => {
    const clock = testClock();
    const cell = emptyCell<string>();
    let finish: (value: string) => void = () => {};
    await freshValue(
      cell,
      () => RULES,
      () => new Promise<string>((resolve) => (finish = resolve)),
      clock,
      forget,
    );
    clock.at += RETRY_MS;
    expect(
      await freshValue(
        cell,
        () => RULES,
        async () => "later",
        clock,
        forget,
      ),
    ).toBe("later");
    finish("earlier");
    await Promise.resolve();
    expect(cell.value).toBe("later");
    expect(cell.readingSince).toBeNull();
  });

  it("is read for every request where the period is 0", async () => {
    const read = vi.fn(async () => "new");
    const cell = emptyCell<string>();
    const strict = { freshMs: 0, staleMs: 0 };
    for (let n = 0; n < 3; n++) await freshValue(cell, () => strict, read, testClock(), forget);
    expect(read).toHaveBeenCalledTimes(3);
  });
});
