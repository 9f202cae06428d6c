import { describe, expect, it } from "vitest";
import { sourceFacts, sourceVideo } from "../../../test/fixtures/media/source-facts.ts";
import { type LadderPlan, planLadder } from "../encode/ladder.ts";
import type { SourceVideo } from "../source/source-facts.ts";
import { findMissingFrames } from "./missing-frames.ts";

function plan(video: Partial<SourceVideo> = {}): LadderPlan {
  const result = planLadder(sourceFacts({ video: sourceVideo(video), audio: null }), "VIDEO");
  if (result.kind === "refused") throw new Error(result.reason);
  return result;
}

const halved = { frameRate: { numerator: 30, denominator: 1 }, resample: true };
const sixty = { declaredFrameRate: { numerator: 60, denominator: 1 }, frameRateChoice: halved };

describe("the frames of a ladder", () => {
  it.each([
    ["all of them", 300, plan()],
    ["all but a few at an edge", 297, plan()],
    ["half of them where the rate was halved", 300, plan({ ...sixty, frames: 600 })],
    ["half of them where there is no clock either", 300, plan({ ...sixty, frames: 600, endSeconds: null })],
    ["an unknown number, as of sound", null, plan()],
  ])("are not missing when there are %s", (_, frames, of) => {
    expect(findMissingFrames(frames, of)).toBeNull();
  });

  it("are a warning when some could not be decoded", () => {
    const sentence = "100 of 300 frames could not be decoded: the picture freezes in places.";
    expect(findMissingFrames(200, plan())).toEqual({ kind: "warning", sentence });
    expect(findMissingFrames(200, plan({ endSeconds: null }))).toEqual({ kind: "warning", sentence });
  });

  it("are a refusal when there is none of only a few", () => {
    expect(findMissingFrames(0, plan({ frames: 2, frameTimes: Float64Array.from([0, 0.04]) }))).toEqual({
      kind: "refused",
      code: "source-unreadable",
      reason:
        "No frame of the picture could be decoded: the file is damaged. Check that it plays, and upload it again.",
    });
  });

  it("are a refusal when there are hardly any", () => {
    expect(findMissingFrames(40, plan())).toEqual({
      kind: "refused",
      code: "source-unreadable",
      reason: "Only 40 of 300 frames could be decoded: the file is damaged. Check that it plays, and upload it again.",
    });
  });
});
