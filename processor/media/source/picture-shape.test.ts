import { describe, expect, it } from "vitest";
import { displaySize, mainShape, pixelAspect } from "./picture-shape.ts";

const shape = (width: number, height: number, aspect = "1:1") => ({
  width,
  height,
  sampleAspectRatio: pixelAspect(aspect),
});
const times = (count: number, one: ReturnType<typeof shape>) => Array.from({ length: count }, () => ({ ...one }));

describe("the shape of a ladder", () => {
  it("is the one that a file has", () => {
    expect(mainShape(times(3, shape(640, 360)))).toEqual(shape(640, 360));
    expect(mainShape([])).toBeNull();
  });

  it("is not that of a short interlude, however large", () => {
    expect(mainShape([...times(9, shape(720, 576, "64:45")), shape(1920, 1080)])).toEqual(shape(720, 576, "64:45"));
  });

  it("is the larger one of two that share the file, whichever comes first", () => {
    const mixed = [...times(4, shape(320, 180)), ...times(4, shape(640, 360))];
    expect(mainShape(mixed)).toEqual(shape(640, 360));
    expect(mainShape(mixed.reverse())).toEqual(shape(640, 360));
  });

  it("is shown in square pixels, upright", () => {
    expect(displaySize(shape(720, 576, "16:15"), 0)).toEqual({ displayWidth: 768, displayHeight: 576 });
    expect(displaySize(shape(1920, 1080), 90)).toEqual({ displayWidth: 1080, displayHeight: 1920 });
    expect(pixelAspect("1:1000")).toEqual({ numerator: 1, denominator: 1 });
  });
});
