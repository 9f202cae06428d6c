import { beforeEach, describe, expect, it, vi } from "vitest";
import { createGateMinutes, type GateMinutes, type MinuteReport, noting } from "./gate-minutes.ts";

const START = Date.UTC(2026, 0, 1);
let reports: MinuteReport[];
let minutes: GateMinutes;
let readAt: number;

beforeEach(() => {
  reports = [];
  readAt = START;
  minutes = createGateMinutes((minute) => reports.push(minute), { length: () => 7, readAt: () => readAt });
});

describe("the counters of a minute", () => {
  it("are reported once, by the first count of a later minute, with the state of the feed", () => {
    minutes.served("keys", START + 500);
    readAt = START + 59_000;
    minutes.served("keys", START + 59_999);
    minutes.refused("token-revoked", START + 1);
    minutes.refused("token-revoked", START + 2);
    minutes.refused("key-unknown", START + 2);
    expect(reports).toEqual([]);
    readAt = Number.NEGATIVE_INFINITY;
    minutes.served("tokens", START + 60_000);
    minutes.served("tokens", START + 60_001);
    expect(reports).toEqual([
      {
        ...{ from: START, keys: 2, tokens: 0, statements: 0, objectErrors: 0, feedLength: 7, oldestMs: 999 },
        refusals: new Map([
          ["token-revoked", 2],
          ["key-unknown", 1],
        ]),
      },
    ]);
    minutes.at(START + 600_000).statements++;
    expect(reports[1]).toMatchObject({ from: START + 60_000, tokens: 2, keys: 0, oldestMs: 0, refusals: new Map() });
  });

  it("continue when a report fails, which is logged", () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    let fails = true;
    const report = (minute: MinuteReport) => {
      if (fails) throw new Error("no");
      reports.push(minute);
    };
    const failing = createGateMinutes(report, { length: () => 7, readAt: () => readAt });
    failing.served("keys", START);
    failing.served("keys", START + 60_000);
    fails = false;
    failing.served("keys", START + 120_000);
    expect(log).toHaveBeenCalledOnce();
    log.mockRestore();
    expect(reports).toMatchObject([{ from: START + 60_000, keys: 1 }]);
  });
});

describe("a port that is noted", () => {
  it("does what it does, and each call is counted", async () => {
    let calls = 0;
    const port = noting(
      { add: async (a: number, b: number) => a + b, fail: () => Promise.reject(new Error("no")) },
      () => {
        calls++;
      },
    );
    expect(await port.add(1, 2)).toBe(3);
    await expect(port.fail()).rejects.toThrow("no");
    expect(calls).toBe(2);
  });
});
