import { describe, expect, it } from "vitest";
import type { AacFrame } from "./aac-copy.ts";
import { HiddenFormatFinder } from "./hidden-formats.ts";

type Part = Partial<AacFrame> & { readonly count: number; readonly rate?: number };

/** Frames of stereo at 48 kHz; `rate` is that of their distances. */
function find(...parts: readonly Part[]) {
  return read(...parts).finish();
}

function read(...parts: readonly Part[]) {
  const finder = new HiddenFormatFinder();
  let seconds = 0;
  for (const { count, rate = 48_000, ...changes } of parts) {
    for (let i = 0; i < count; i++) {
      finder.frame({ seconds, configuration: 2, sampleRate: 48_000, element: "pair", ...changes });
      seconds += 1024 / rate;
    }
  }
  return finder;
}

describe("formats that a description hides", () => {
  it("are the channels of each recording", () => {
    expect(find({ count: 100 }, { count: 50, element: "single" }, { count: 20 })).toEqual({
      kind: "channels",
      described: 2,
      runs: [
        { frames: 100, configuration: 2 },
        { frames: 50, configuration: 1 },
        { frames: 20, configuration: 2 },
      ],
    });
    const surround = { configuration: 6, element: "single" } as const;
    expect(find({ count: 100, ...surround }, { count: 50, configuration: 6 })).toMatchObject({
      runs: [{ configuration: 6 }, { configuration: 2 }],
    });
  });

  it("are none where all frames differ from it in the same way: decoders know such files", () => {
    expect(find({ count: 100, element: "single" })).toBeNull();
  });

  it("are none of damaged frames, whose bytes may be anything", () => {
    const damage = [
      { count: 3, element: "single" },
      { count: 2, element: null },
    ] as const;
    expect(find({ count: 100 }, ...damage, { count: 100 })).toBeNull();
    expect(find(...damage, { count: 100 }, { count: 50, element: "single" })).toMatchObject({
      runs: [{ frames: 105 }, { frames: 50 }],
    });
  });

  it("cannot be distinguished where the stream describes its channels itself", () => {
    const own = { configuration: 0, count: 100 } as const;
    expect(find({ ...own }, { ...own, element: "single" })).toEqual({ kind: "unreadable" });
    expect(find({ ...own })).toBeNull();
  });

  it("are another sample rate where frames lie further apart", () => {
    expect(find({ count: 150 }, { count: 150, rate: 44_100 })).toEqual({ kind: "unreadable" });
    expect(find({ count: 150, sampleRate: 24_000 }, { count: 150, sampleRate: 24_000, rate: 24_000 })).toEqual({
      kind: "unreadable",
    });
  });

  it("are none of a clock that drifts, of holes, or of a rate that is wrong throughout", () => {
    expect(find({ count: 150 }, { count: 150, rate: 47_500 })).toBeNull();
    expect(
      find({ count: 150 }, { count: 1, rate: 100 }, { count: 150 }, { count: 1, rate: 5 }, { count: 99 }),
    ).toBeNull();
    expect(find({ count: 300, rate: 44_100 })).toBeNull();
  });

  it("show in frames that lie on top of each other, where no distance shows another rate", () => {
    expect(read({ count: 150 }, { count: 10, rate: 1e6 }, { count: 150 }).overlapSeconds).toBeCloseTo(0.21, 1);
    expect(read({ count: 150 }, { count: 5, rate: 1e6 }, { count: 150 }).overlapSeconds).toBe(0);
  });
});
