import { describe, expect, it } from "vitest";
import { bufferedAhead } from "./readings.ts";

function ranges(...list: readonly (readonly [start: number, end: number])[]) {
  return { length: list.length, start: (i: number) => list[i]?.[0] ?? 0, end: (i: number) => list[i]?.[1] ?? 0 };
}

describe("bufferedAhead", () => {
  it("counts from the position to the end of the range that it lies in", () => {
    expect(bufferedAhead(ranges([0, 4], [10, 16]), 12)).toBe(4);
  });

  it("is nothing between ranges and with nothing buffered", () => {
    expect(bufferedAhead(ranges([0, 4], [10, 16]), 7)).toBe(0);
    expect(bufferedAhead(ranges(), 0)).toBe(0);
  });

  it("steps over the small gap before the first frame", () => {
    expect(bufferedAhead(ranges([0.04, 6]), 0)).toBe(6);
  });
});
