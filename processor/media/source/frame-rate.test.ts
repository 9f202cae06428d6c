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

  it("believes the packets and not a container that counts fields", () => {
    const cadence = measureCadence(times(90, 30, toMilliseconds));
    const chosen = chooseFrameRate({ declared: rate(60), average: rate(1000), cadence, interlaced: false });
    expect(chosen).toEqual({ frameRate: rate(30), resample: true });
  });

  it("takes the next standard rate for frames that come when they like", () => {
    const cadence = measureCadence(Float64Array.of(0, 0.05, 0.06, 0.2, 0.21, 0.3, 0.36, 0.5, 0.53, 0.54));
    const chosen = chooseFrameRate({ declared: rate(90000), average: rate(17), cadence, interlaced: false });
    expect(chosen).toEqual({ frameRate: rate(20), resample: true });
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
