import { describe, expect, it } from "vitest";
import { convertTimeout, DEFAULT_MEDIA_LIMITS } from "./limits.ts";

describe("the time that a conversion may take", () => {
  it.each([
    ["a clip of a second", 1, 1240],
    ["a film of two hours", 7200, 289_200],
    ["a source of unknown length, as the longest one", null, 1_729_200],
    ["a week, up to what a timer can hold", 7 * 86_400, 2_147_482],
  ])("for %s", (_, seconds, expected) => {
    expect(Math.floor(convertTimeout(seconds, DEFAULT_MEDIA_LIMITS))).toBe(expected);
  });
});
