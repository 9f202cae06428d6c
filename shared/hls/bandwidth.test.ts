import { describe, expect, it } from "vitest";
import { measureBandwidth } from "./bandwidth.ts";

/** Pairs of bytes and seconds. */
const segmentsOf = (...pairs: [number, number][]) =>
  pairs.map(([bytes, durationSeconds]) => ({ bytes, durationSeconds }));

describe("measuring bandwidth (RFC 8216 4.1)", () => {
  it("takes the largest segment for the peak where all are as long as the target", () => {
    const segments = segmentsOf([600_000, 6], [1_200_000, 6], [300_000, 6]);
    expect(measureBandwidth(segments, 6)).toEqual({ peak: 1_600_000, average: 933_334 });
  });

  it("does not take a segment shorter than half a target alone, but with its neighbours", () => {
    // 2 s at 4 Mbit/s would be a peak of 4,000,000; in a run of 8 s it is 1,750,000.
    const segments = segmentsOf([750_000, 6], [1_000_000, 2], [750_000, 6]);
    expect(measureBandwidth(segments, 6).peak).toBe(1_750_000);
  });

  it("counts runs of exactly half and one and a half targets", () => {
    expect(measureBandwidth(segmentsOf([300_000, 3], [100_000, 6]), 6).peak).toBe(800_000);
    // 3 s + 6 s are 9 s; one more would be too long.
    expect(measureBandwidth(segmentsOf([1_000, 2], [1_000_000, 1], [1_000, 6], [1_000, 6]), 6).peak).toBe(
      Math.ceil((8 * 1_001_000) / 3),
    );
  });

  it("looks at runs of several short segments", () => {
    const segments = segmentsOf([100, 1], [100, 1], [900_000, 1], [900_000, 1], [900_000, 1], [100, 1], [100, 1]);
    expect(measureBandwidth(segments, 6).peak).toBe(7_200_000);
  });

  it("gives a number for a stream shorter than half a target", () => {
    expect(measureBandwidth(segmentsOf([50_000, 0.4]), 6)).toEqual({ peak: 1_000_000, average: 1_000_000 });
  });

  it("never has a mean above its peak, even where the dense part fits into no run", () => {
    // Neither the 2 s alone (too short) nor the 10 s together (too long) is a run; 8 s alone is, at 8 kbit/s.
    const { peak, average } = measureBandwidth(segmentsOf([5_000_000, 2], [8_000, 8]), 6);
    expect(average).toBe(Math.ceil((8 * 5_008_000) / 10));
    expect(peak).toBe(average);
  });

  it("is the same in thousandths: rates are whole bits per second, rounded up", () => {
    expect(measureBandwidth(segmentsOf([1, 3]), 3)).toEqual({ peak: 3, average: 3 });
  });

  it.each([
    ["no segment", segmentsOf()],
    ["an empty segment", segmentsOf([0, 6])],
    ["a segment without duration", segmentsOf([100, 0])],
    ["a NaN", segmentsOf([100, Number.NaN])],
  ])("refuses %s", (_, segments) => {
    expect(() => measureBandwidth(segments, 6)).toThrow(TypeError);
  });
});
