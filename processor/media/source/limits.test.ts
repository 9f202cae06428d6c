import { describe, expect, it } from "vitest";
import { convertTimeout, DEFAULT_MEDIA_LIMITS } from "./limits.ts";

describe("the time that a conversion may take", () => {
  it.each([
    ["a clip of a second", 1, 1240],
    ["a film of one hour", 3600, 145_200],
    ["a film of twelve hours, up to the longest conversion", 12 * 3600, 172_800],
    ["a source of unknown length, as the longest one", null, 172_800],
  ])("follows the length of the source: %s", (_, seconds, expected) => {
    expect(Math.floor(convertTimeout(seconds, DEFAULT_MEDIA_LIMITS))).toBe(expected);
  });
});
