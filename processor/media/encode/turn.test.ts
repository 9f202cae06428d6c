import { describe, expect, it } from "vitest";
import { turnFilters } from "./turn.ts";

const matrix = (a: number, b: number, c: number, d: number) => [a, b, 0, c, d, 0, 0, 0, 2 ** 30];
const ONE = 65536;

describe("a display matrix becomes filters", () => {
  it.each([
    ["nothing for an upright picture", matrix(ONE, 0, 0, ONE), []],
    ["a turn clockwise", matrix(0, ONE, -ONE, 0), ["transpose=clock"]],
    ["a turn counter-clockwise", matrix(0, -ONE, ONE, 0), ["transpose=cclock"]],
    ["a half turn", matrix(-ONE, 0, 0, -ONE), ["hflip", "vflip"]],
    ["a mirror, left to right", matrix(-ONE, 0, 0, ONE), ["hflip"]],
    ["a mirror, top to bottom", matrix(ONE, 0, 0, -ONE), ["vflip"]],
    ["a turn with a mirror", matrix(0, ONE, ONE, 0), ["transpose=cclock_flip"]],
    ["another turn with a mirror", matrix(0, -ONE, -ONE, 0), ["transpose=clock_flip"]],
    ["nothing for zeros", matrix(0, 0, 0, 0), []],
  ])("%s", (_name, displayMatrix, filters) => {
    expect(turnFilters({ rotation: 0, displayMatrix })).toEqual(filters);
  });

  it("turns by the angle where there is no matrix", () => {
    expect(turnFilters({ rotation: 90, displayMatrix: null })).toEqual(["transpose=clock"]);
    expect(turnFilters({ rotation: 0, displayMatrix: null })).toEqual([]);
  });
});
