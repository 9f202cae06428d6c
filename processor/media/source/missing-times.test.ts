import { describe, expect, it } from "vitest";
import { PacketLines } from "./packet-lines.ts";

/** Stream, presentation and decode time of each packet that comes out, in tenths of a second; all last one. */
function times(...packets: readonly (readonly [stream: number, pts: number | null, dts: number | null])[]) {
  const found: (readonly [number, number | null])[] = [];
  const tenths = (value: number | null) => (value === null ? null : Math.round(value * 10));
  const lines = new PacketLines(({ stream, pts }) => found.push([stream, tenths(pts)]));
  const column = (value: number | null) => (value === null ? "N/A" : (value / 10).toFixed(6));
  for (const [stream, pts, dts] of packets) lines.push(`${stream},${column(pts)},${column(dts)},0.100000,__\n`);
  lines.end();
  return found;
}

describe("a picture without a presentation time", () => {
  it("is shown when the next one is decoded", () => {
    expect(times([0, 1, 0], [0, null, 1], [0, null, 2], [0, 4, 3])).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
      [0, 4],
    ]);
  });

  it("is shown after the pictures between it and the next reference", () => {
    // Decoded as I B B P B B P, where only the first says when it is shown.
    const group = [[0, 3, 0] as const, [0, 1, 1] as const, [0, 2, 2] as const, [0, null, 3] as const];
    const rest = [[0, 4, 4] as const, [0, 5, 5] as const, [0, null, 6] as const];
    expect(times(...group, ...rest).map(([, pts]) => pts)).toEqual([3, 1, 2, 6, 4, 5, 7]);
  });

  it("is shown when the next of its kind is decoded, also where it has the time of the next one", () => {
    const group = [[0, 3, 0] as const, [0, 1, 1] as const, [0, 2, 2] as const];
    const misread = [[0, 4, 3] as const, [0, 4, 4] as const, [0, 5, 5] as const];
    expect(times(...group, ...misread, [0, 9, 6]).map(([, pts]) => pts)).toEqual([3, 1, 2, 6, 4, 5, 9]);
    expect(times([0, 1, 0], [0, 3, 1], [0, 3, 2]).map(([, pts]) => pts)).toEqual([1, 2, 3]);
  });

  it("is shown where it is due where a hole follows", () => {
    expect(times([0, 1, 0], [0, null, 1], [0, 91, 90]).map(([, pts]) => pts)).toEqual([1, 2, 91]);
  });

  it("stays at its place in the file between the packets of other tracks", () => {
    expect(times([0, 1, 0], [0, null, 1], [1, 0, 0], [1, 1, 1], [0, 3, 2])).toEqual([
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
      [0, 3],
    ]);
  });

  it("has none where the track is never reordered, or knows no decode time either", () => {
    expect(times([0, 0, 0], [0, null, 1], [0, null, null])).toEqual([
      [0, 0],
      [0, null],
      [0, null],
    ]);
  });

  it("does not hold back a file whose picture has ended", () => {
    const sound = Array.from({ length: 5000 }, (_, n) => [1, n, n] as const);
    expect(times([0, 1, 0], [0, null, 1], ...sound)).toHaveLength(5002);
  });
});
