import { expect, it } from "vitest";
import { retryWaitMs } from "./retry-wait.ts";

it.each<[number, string | null, number | null]>([
  [503, "7", 7000],
  [429, "1", 1000],
  [409, "3", 3000],
  [503, null, 5000],
  [502, "soon", 5000],
  [429, null, 5000],
  [409, null, null],
  [403, null, null],
  [401, null, null],
])("waits after %i with Retry-After %s for %s ms", (status, retryAfter, waitMs) => {
  const retryAfterSeconds = retryAfter === null ? null : Number(retryAfter);
  expect(retryWaitMs({ status, retryAfterSeconds }, 0.5)).toBe(waitMs);
});

it("spreads the requests that nothing answered", () => {
  expect([0, 0.5, 1].map((random) => retryWaitMs(null, random))).toEqual([2500, 5000, 7500]);
});
