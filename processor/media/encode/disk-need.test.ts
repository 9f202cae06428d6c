import { describe, expect, it } from "vitest";
import { sourceAudio, sourceFacts, sourceVideo } from "../../../test/fixtures/media/source-facts.ts";
import { expectedLadderBytes } from "./disk-need.ts";
import { planLadder } from "./ladder.ts";

function bytes(seconds: number | null, sourceBytes: number, resourceType: "VIDEO" | "AUDIO" = "VIDEO"): number {
  const video = sourceVideo({ endSeconds: seconds });
  const plan = planLadder(sourceFacts({ video, audio: sourceAudio({ endSeconds: seconds }) }), resourceType);
  if (plan.kind === "refused") throw new Error(plan.reason);
  return expectedLadderBytes(plan, sourceBytes);
}

describe("the disk that a ladder is expected to take", () => {
  it("is what its caps allow: an hour of four rungs takes five gigabytes", () => {
    expect(bytes(3600, 100e9) / 1e9).toBeCloseTo(4.97, 2);
  });

  it("is not many times that of its source", () => {
    expect(bytes(3600, 10e6) / 1e6).toBeCloseTo(97, 0);
  });

  it("is a matter of its source where the length is not known", () => {
    expect(bytes(null, 1e9) / 1e9).toBeCloseTo(3.07, 2);
  });

  it("is small for sound", () => {
    expect(bytes(3600, 100e9, "AUDIO") / 1e6).toBeCloseTo(236, 0);
  });
});
