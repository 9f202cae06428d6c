import { describe, expect, it } from "vitest";
import { storyboardGrid, tileSelection } from "./storyboard-grid.ts";

/** As many as ffmpeg makes of a film: one at zero and one every half second. */
function gridOf(durationSeconds: number, missing = 0) {
  return storyboardGrid(durationSeconds, 1 + Math.floor(durationSeconds * 2) - missing);
}

describe("the grid of a storyboard", () => {
  it("has one tile a second, up to 100, then as many with longer intervals", () => {
    expect(gridOf(7)).toMatchObject({ intervalSeconds: 1, tiles: 7, columns: 7, rows: 1 });
    expect(gridOf(25.4)).toMatchObject({ intervalSeconds: 1, tiles: 26, columns: 10, rows: 3 });
    expect(gridOf(250)).toMatchObject({ intervalSeconds: 3, tiles: 84, columns: 10, rows: 9 });
    expect(gridOf(1000)).toMatchObject({ intervalSeconds: 10, tiles: 100, columns: 10, rows: 10 });
  });

  it("has more sprites of a long film, and longer intervals beyond 1,000 tiles", () => {
    expect(gridOf(7200)).toMatchObject({ intervalSeconds: 10, tiles: 720, columns: 10, rows: 10 });
    expect(gridOf(12 * 3600)).toMatchObject({ intervalSeconds: 44, tiles: 982, columns: 10, rows: 10 });
  });

  it("takes the picture in the middle of each tile's time, and the last one where that lies beyond the end", () => {
    expect(gridOf(7)?.pictures).toEqual([1, 3, 5, 7, 9, 11, 13]);
    expect(gridOf(2.2)?.pictures).toEqual([1, 3, 4]);
    expect(gridOf(0.3)?.pictures).toEqual([0]);
    expect(gridOf(250)?.pictures.slice(0, 3)).toEqual([3, 9, 15]);
  });

  it("is not made of a film whose small pictures end early", () => {
    expect(gridOf(7, 2)).toMatchObject({ tiles: 7 });
    expect(gridOf(7, 6)).toBeNull();
    expect(storyboardGrid(7, 0)).toBeNull();
  });

  it("selects by arithmetic, since a list would be too long for ffmpeg", () => {
    expect(tileSelection(gridOf(7)!)).toBe("select='lt(n,13)*eq(mod(n,2),1)+eq(n,13)'");
    expect(tileSelection(gridOf(0.3)!)).toBe("select='eq(n,0)'");
  });
});
