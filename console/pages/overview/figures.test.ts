import { describe, expect, it } from "vitest";
import { hoursOf, spanText, totalOf } from "./figures.ts";

const HOUR_MS = 3_600_000;
const from = Date.UTC(2026, 10, 27, 10);
const completeFrom = from;
const byHour = [
  { hour: from, kind: "TRANSCODE", state: "SUCCEEDED", count: 3 },
  { hour: from, kind: "ENCRYPT", state: "SUCCEEDED", count: 2 },
  { hour: from + 2 * HOUR_MS, kind: "ENCRYPT", state: "FAILED", count: 1 },
] as const;
const overview = {
  ...{ from, at: from + 2 * HOUR_MS + 1 },
  jobs: { completeFrom, byHour, failures: [], times: [] },
};

describe("the hours of an overview", () => {
  it("are all there, those without jobs too, for both kinds or for one", () => {
    const rows = hoursOf(overview, null);
    expect(rows.map(({ hour, SUCCEEDED, FAILED }) => [hour, SUCCEEDED, FAILED])).toEqual([
      [from, 5, 0],
      [from + HOUR_MS, 0, 0],
      [from + 2 * HOUR_MS, 0, 1],
    ]);
    expect(totalOf(rows, "SUCCEEDED")).toBe(5);
    expect(hoursOf(overview, "ENCRYPT").map(({ SUCCEEDED }) => SUCCEEDED)).toEqual([2, 0, 0]);
  });
});

it.each([
  [0, "0 ms"],
  [340, "340 ms"],
  [4200, "4.2 s"],
  [60_000, "60 s"],
  [720_000, "12 min"],
  [12_600_000, "3.5 h"],
  [3 * 24 * HOUR_MS, "3 d"],
])("writes a span of %i ms as %s", (ms, text) => {
  expect(spanText(ms)).toBe(text);
});
