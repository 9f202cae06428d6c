import { describe, expect, it } from "vitest";
import { joinOverNudges } from "./moves.ts";

describe("played ranges", () => {
  it("are one where the player stepped over a moment that its buffer held", () => {
    const moves = [
      { from: 4.9, to: 5, buffered: true },
      { from: 5, to: 5.3, buffered: true },
    ];
    const played = [
      [0, 4.9],
      [5.3, 24],
    ] as const;
    expect(joinOverNudges(played, moves)).toEqual([[0, 24]]);
  });

  it("stay apart where the player stepped over a hole, jumped, or where no move explains the step", () => {
    const played = [
      [0, 4.9],
      [5.1, 24],
    ] as const;
    expect(joinOverNudges(played, [{ from: 4.9, to: 5.1, buffered: false }])).toEqual(played);
    expect(joinOverNudges(played, [{ from: 4.9, to: 5, buffered: true }])).toHaveLength(2);
    expect(joinOverNudges(played, [])).toEqual(played);
    const far = [
      [0, 4.9],
      [6, 24],
    ] as const;
    expect(joinOverNudges(far, [{ from: 4.9, to: 6, buffered: true }])).toEqual(far);
  });

  it("are one where the player went back, and where it stopped and continued", () => {
    const played = [
      [0, 5],
      [5, 24],
    ] as const;
    expect(joinOverNudges(played, [{ from: 5, to: 4.999, buffered: false }])).toEqual([[0, 24]]);
  });
});
