import { describe, expect, it } from "vitest";
import { outlastsPicture, RescaledClock } from "./rescaled-clock.ts";

/** Frames of a described rate: runs of so many seconds from a time on. */
function find(sampleRate: number, ...runs: readonly (readonly [from: number, seconds: number])[]) {
  const clock = new RescaledClock();
  for (const [from, length] of runs) {
    for (let seconds = from; seconds < from + length; seconds += 1024 / sampleRate) {
      clock.frame({ seconds, sampleRate, configuration: 2, element: "pair" });
    }
  }
  return clock.found;
}

describe("a recording of a higher sample rate under the clock of a lower one", () => {
  it.each([
    [44_100, 48_000],
    [32_000, 48_000],
    [22_050, 44_100],
    [48_000, 96_000],
  ])("is found by its hole: %i, then %i", (described, actual) => {
    const ratio = actual / described;
    expect(find(described, [0, 8], [8 * ratio, 8 * ratio])).toEqual({ ratio, isExact: true });
  });

  it("is found less exactly where the picture before it outlasts the sound", () => {
    const ratio = 48_000 / 44_100;
    expect(find(44_100, [0, 7.5], [8 * ratio, 8])).toEqual({ ratio, isExact: false });
  });

  it("is not found where there is no hole, or a hole of another length", () => {
    expect(find(44_100, [0, 16])).toBeNull();
    expect(find(44_100, [0, 8], [10, 8])).toBeNull();
    expect(find(44_100, [0, 60], [62, 8])).toBeNull();
  });

  it("makes the sound outlast its picture by the same ratio", () => {
    const rescaling = { ratio: 48_000 / 44_100, isExact: true };
    expect(outlastsPicture(rescaling, 17.44, 16)).toBe(true);
    expect(outlastsPicture(rescaling, 16, 16)).toBe(false);
    expect(outlastsPicture(rescaling, 17.44, null)).toBe(false);
  });
});
