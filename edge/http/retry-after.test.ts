import { expect, it } from "vitest";
import { retryAfter } from "./retry-after.ts";

it("spreads retries evenly over 1 to 8 seconds", () => {
  const values = Array.from({ length: 800 }, (_, n) => retryAfter(n / 800));
  const counts = [...Map.groupBy(values, (value) => value)].map(([value, same]) => [value, same.length]);
  expect(counts).toEqual(["1", "2", "3", "4", "5", "6", "7", "8"].map((value) => [value, 100]));
  expect(retryAfter(1 - Number.EPSILON)).toBe("8");
});
