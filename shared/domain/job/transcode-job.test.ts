import { describe, expect, it } from "vitest";
import { backoffMs, STANDARD_JOB_RULES } from "./transcode-job.ts";

const { firstBackoffMs, longestBackoffMs } = STANDARD_JOB_RULES;
const ALMOST_ONE = 1 - Number.EPSILON;

describe("the wait after a failed attempt", () => {
  it("doubles from 30 s and stays at 30 min, at its longest", () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 8, 100].map((attempt) => backoffMs(attempt, STANDARD_JOB_RULES, ALMOST_ONE));
    expect(longest.map((ms) => ms / 1000)).toEqual([30, 60, 120, 240, 480, 960, 1800, 1800, 1800]);
  });

  it("is spread over the upper half of its span", () => {
    for (let attempt = 1; attempt <= 12; attempt++) {
      const shortest = backoffMs(attempt, STANDARD_JOB_RULES, 0);
      const middle = backoffMs(attempt, STANDARD_JOB_RULES, 0.5);
      const longest = backoffMs(attempt, STANDARD_JOB_RULES, ALMOST_ONE);
      expect(shortest).toBe(longest / 2);
      expect(middle).toBe((shortest + longest) / 2);
    }
  });

  it("is a whole number of milliseconds within bounds, also for a count that cannot be", () => {
    for (const attempt of [-1, 0, 1, 2, 2000]) {
      const ms = backoffMs(attempt, STANDARD_JOB_RULES, 0.123456789);
      expect(Number.isInteger(ms)).toBe(true);
      expect(ms).toBeGreaterThanOrEqual(firstBackoffMs / 2);
      expect(ms).toBeLessThanOrEqual(longestBackoffMs);
    }
  });
});
