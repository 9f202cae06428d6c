import { describe, expect, it } from "vitest";
import { sourceAudio, sourceFacts, sourceVideo } from "../../../test/fixtures/media/source-facts.ts";
import { expectedLadderBytes, expectedSoundBytes } from "./disk-need.ts";
import { planLadder } from "./ladder.ts";

function bytes(seconds: number | null, sourceBytes: number, resourceType: "VIDEO" | "AUDIO" = "VIDEO"): number {
  const video = sourceVideo({ endSeconds: seconds });
  const plan = planLadder(sourceFacts({ video, audio: sourceAudio({ endSeconds: seconds }) }), resourceType);
  if (plan.kind === "refused") throw new Error(plan.reason);
  return expectedLadderBytes(plan, sourceBytes);
}

describe("the disk that a ladder is expected to take", () => {
  it("is what its caps allow: an hour of four rungs takes five gigabytes", () => {
    expect(bytes(3600, 100e9) / 1e9).toBeCloseTo(5.01, 2);
  });

  it("is not many times that of its source", () => {
    expect(bytes(3600, 10e6) / 1e6).toBeCloseTo(97, 0);
  });

  it("follows its source where the length is not known", () => {
    expect(bytes(null, 1e9) / 1e9).toBeCloseTo(3.07, 2);
  });

  it("is small for sound", () => {
    expect(bytes(3600, 100e9, "AUDIO") / 1e6).toBeCloseTo(236, 0);
  });
});

describe("the disk that decoded sound is expected to take", () => {
  const hour = (changes: Parameters<typeof sourceAudio>[0]) => {
    const facts = sourceFacts({
      video: sourceVideo({ endSeconds: 3600 }),
      audio: sourceAudio({ endSeconds: 3600, ...changes }),
    });
    const plan = planLadder(facts, "VIDEO");
    if (plan.kind === "refused") throw new Error(plan.reason);
    return expectedSoundBytes(plan, 1e9) / 1e6;
  };

  it("is none where the sound keeps its format, or is made of two tracks", () => {
    expect(hour({})).toBe(0);
    expect(hour({ changesFormat: true, rightStreamIndex: 2 })).toBe(0);
  });

  it("is that of its samples, and of the copy that they are decoded from", () => {
    expect(hour({ changesFormat: true })).toBeCloseTo(726, 0);
    expect(hour({ changesFormat: true, hiddenChannels: [{ frames: 1, configuration: 2 }] })).toBeCloseTo(1014, 0);
  });
});
