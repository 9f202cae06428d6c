import { describe, expect, it } from "vitest";
import { chooseFrameRate, measureCadence, parseFrameRate } from "./frame-rate.ts";

const rate = (numerator: number, denominator = 1) => ({ numerator, denominator });
const times = (count: number, fps: number, round = (t: number) => t) =>
  Float64Array.from({ length: count }, (_, i) => round(i / fps));
const toMilliseconds = (t: number) => Math.round(t * 1000) / 1000;

describe("a frame rate", () => {
  it("is read as a fraction", () => {
    expect(parseFrameRate("24000/1001")).toEqual(rate(24000, 1001));
  });

  it("is nothing where ffprobe knows nothing", () => {
    expect(parseFrameRate("0/0")).toBeNull();
    expect(parseFrameRate("25")).toBeNull();
    expect(parseFrameRate(undefined)).toBeNull();
  });
});

describe("the cadence of a source", () => {
  it("is regular when time stamps are only rounded", () => {
    const cadence = measureCadence(times(300, 30000 / 1001, toMilliseconds));
    expect(cadence?.regular).toBe(true);
    expect(cadence?.typical).toBeCloseTo(29.97, 2);
  });

  it("is irregular with a hole of more than a second", () => {
    expect(measureCadence(Float64Array.of(...times(30, 30), 5, 5.033, 5.066))?.regular).toBe(false);
  });

  it("does not exist for a single frame", () => {
    expect(measureCadence(Float64Array.of(0))).toBeNull();
  });
});

describe("the frame rate of the ladder", () => {
  const constant = (fps: number) => measureCadence(times(100, fps));

  it.each([
    ["30", rate(30)],
    ["29.97", rate(30000, 1001)],
    ["23.976", rate(24000, 1001)],
    ["25", rate(25)],
    ["50", rate(50)],
    ["59.94", rate(60000, 1001)],
  ])("keeps the fraction and every frame of a constant %s", (_, declared) => {
    const cadence = constant(declared.numerator / declared.denominator);
    expect(chooseFrameRate({ declared, average: declared, cadence, interlaced: false })).toEqual({
      frameRate: declared,
      resample: false,
    });
  });

  it("is halved above 60", () => {
    const declared = rate(120000, 1001);
    expect(
      chooseFrameRate({ declared, average: declared, cadence: constant(120000 / 1001), interlaced: false }),
    ).toEqual({ frameRate: rate(60000, 1001), resample: true });
  });

  it.each([
    ["1 fps", rate(1), rate(10)],
    ["3 fps", rate(3), rate(12)],
    ["7.5 fps", rate(15, 2), rate(30, 2)],
  ])("is a multiple of a constant %s, so that each picture stays as long as the others", (_, declared, frameRate) => {
    const cadence = constant(declared.numerator / declared.denominator);
    expect(chooseFrameRate({ declared, average: declared, cadence, interlaced: false })).toEqual({
      frameRate,
      resample: true,
    });
  });

  it("follows the packets and not a container that counts fields", () => {
    const cadence = measureCadence(times(90, 30, toMilliseconds));
    const chosen = chooseFrameRate({ declared: rate(60), average: rate(1000), cadence, interlaced: false });
    expect(chosen).toEqual({ frameRate: rate(30), resample: true });
  });

  it("is the lowest standard rate that keeps frames which come in bursts", () => {
    // A second of slides, then half a second at 30: the mean would lose most of the burst.
    const bursts = Float64Array.of(...times(3, 2), ...times(15, 30, toMilliseconds).map((t) => 1.5 + t));
    const chosen = chooseFrameRate({
      ...{ declared: rate(90000), average: rate(9), cadence: measureCadence(bursts) },
      interlaced: false,
    });
    expect(chosen).toEqual({ frameRate: rate(30000, 1001), resample: true });
  });

  it("is at most 60 for frames that come as they like, and at least 10 for slides", () => {
    const free = measureCadence(Float64Array.of(0, 0.05, 0.06, 0.2, 0.21, 0.3, 0.36, 0.5, 0.53, 0.54));
    const slides = measureCadence(Float64Array.of(0, 1, 15, 16));
    const chosen = (cadence: typeof free) =>
      chooseFrameRate({ declared: rate(90000), average: rate(17), cadence, interlaced: false });
    expect(chosen(free)).toEqual({ frameRate: rate(60), resample: true });
    expect(chosen(slides)).toEqual({ frameRate: rate(10), resample: true });
  });

  it("is 60 where two packets stand so near that their distance is no rate", () => {
    const cadence = measureCadence(Float64Array.of(0, 0.002));
    expect(chooseFrameRate({ declared: null, average: null, cadence, interlaced: false }).frameRate).toEqual(rate(60));
  });

  it("is that of frames where an interlaced source counts fields", () => {
    const chosen = chooseFrameRate({ declared: rate(50), average: rate(50), cadence: constant(50), interlaced: true });
    expect(chosen).toEqual({ frameRate: rate(25), resample: true });
  });

  it("falls back to 30 for a single frame of unknown rate", () => {
    const chosen = chooseFrameRate({ declared: rate(90000), average: null, cadence: null, interlaced: false });
    expect(chosen).toEqual({ frameRate: rate(30), resample: true });
  });
});
