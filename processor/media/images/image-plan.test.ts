import { describe, expect, it } from "vitest";
import { sourceFacts, sourceVideo } from "../../../test/fixtures/media/source-facts.ts";
import { planLadder } from "../encode/ladder.ts";
import { posterSelection } from "./image-filters.ts";
import { choosePosters, planImages } from "./image-plan.ts";

function planOf(video: Partial<ReturnType<typeof sourceVideo>> = {}, hasSecondInput = false) {
  const plan = planLadder(sourceFacts({ video: sourceVideo(video) }), "VIDEO");
  if (plan.kind !== "video") throw new Error("no picture");
  const images = planImages(plan, hasSecondInput);
  if (images === null) throw new Error("no images");
  return images;
}

describe("the plan of images", () => {
  it("has tiles of 160 pixels on the longer side, and posters of the highest rung", () => {
    expect(planOf()).toMatchObject({ tile: { width: 160, height: 90 }, poster: { width: 1920, height: 1080 } });
  });

  it("looks for posters at 10, 30 and 50 per cent of a film", () => {
    const { windows, posterInterval } = planOf();
    expect(windows.map(({ from }) => from)).toEqual([1, 3, 5]);
    expect(posterInterval).toBeNull();
    expect(posterSelection(planOf())).toBe(
      "select='gte(t,1.000)*(isnan(prev_selected_t)+lt(prev_selected_t,1.000))+between(t,1.000,1.800)*gte(t-prev_selected_t,0.800)+" +
        "gte(t,3.000)*(isnan(prev_selected_t)+lt(prev_selected_t,3.000))+between(t,3.000,3.800)*gte(t-prev_selected_t,0.800)+" +
        "gte(t,5.000)*(isnan(prev_selected_t)+lt(prev_selected_t,5.000))+between(t,5.000,5.800)*gte(t-prev_selected_t,0.800)'",
    );
  });

  it("takes pictures all along where the length is not known, or ffmpeg has a second input to wait for", () => {
    expect(planOf({ endSeconds: null })).toMatchObject({ windows: [], posterInterval: 4 });
    expect(planOf({}, true)).toMatchObject({ windows: [{}, {}, {}], posterInterval: 4 });
  });
});

describe("the choice of posters", () => {
  const taken = (...pictures: readonly [number, number][]) => pictures.map(([seconds, bytes]) => ({ seconds, bytes }));

  it("takes the picture with the most detail of each place", () => {
    const pictures = taken([10, 5], [11, 9], [30, 4], [31, 3], [50, 7], [51, 7]);
    expect(choosePosters(pictures, 100)).toEqual(taken([11, 9], [30, 4], [50, 7]));
  });

  it("takes none from the end of a film whose length was not known", () => {
    const all = Array.from({ length: 26 }, (_, index): [number, number] => [4 * index, 1 + index]);
    expect(choosePosters(taken(...all), 100).map(({ seconds }) => seconds)).toEqual([20, 40, 60]);
  });

  it("has fewer candidates of a film with few pictures, and one at least", () => {
    expect(choosePosters(taken([0, 3]), 0.4)).toEqual(taken([0, 3]));
    expect(choosePosters(taken([9, 3]), 1)).toEqual(taken([9, 3]));
    expect(choosePosters([], 1)).toEqual([]);
  });
});
