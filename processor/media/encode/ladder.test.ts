import { describe, expect, it } from "vitest";
import { sourceAudio, sourceFacts, sourceVideo } from "../../../test/fixtures/media/source-facts.ts";
import type { SourceFacts, SourceVideo } from "../source/source-facts.ts";
import { type LadderPlan, planLadder } from "./ladder.ts";

function plan(facts: SourceFacts, resourceType: "VIDEO" | "AUDIO" = "VIDEO"): LadderPlan {
  const result = planLadder(facts, resourceType);
  if (result.kind === "refused") throw new Error(result.reason);
  return result;
}

function rungs(video: Partial<SourceVideo>): string[] {
  const result = plan(sourceFacts({ video: sourceVideo(video) }));
  if (result.kind !== "video") throw new Error("no video ladder");
  return result.rungs.map((rung) => `${rung.quality} ${rung.width}x${rung.height}`);
}

describe("the video ladder", () => {
  it("has all rungs for 1080 lines", () => {
    expect(rungs({})).toEqual(["1080p 1920x1080", "720p 1280x720", "480p 854x480", "360p 640x360"]);
  });

  it("ends at 1080p for larger sources", () => {
    expect(rungs({ width: 3840, height: 2160 })[0]).toBe("1080p 1920x1080");
  });

  it("follows the short side of a portrait picture", () => {
    expect(rungs({ displayWidth: 720, displayHeight: 1280 })).toEqual([
      "720p 720x1280",
      "480p 480x854",
      "360p 360x640",
    ]);
  });

  it("has no rung above the source, by what a viewer sees and not by coded pixels", () => {
    expect(rungs({ width: 960, height: 400 })).toEqual(["360p 864x360"]);
    expect(rungs({ displayWidth: 1138, displayHeight: 640 })).toEqual(["480p 854x480", "360p 640x360"]);
    expect(rungs({ width: 1920, height: 800 })[0]).toBe("720p 1728x720");
  });

  it("gives a smaller source one rung at its own size, made even", () => {
    expect(rungs({ width: 320, height: 240 })).toEqual(["360p 320x240"]);
    expect(rungs({ width: 161, height: 121 })).toEqual(["360p 160x120"]);
  });

  it("limits the long side of a picture that is wider than film, upright or not", () => {
    const wide = ["1080p 2592x486", "720p 1728x324", "480p 1152x216", "360p 864x162"];
    expect(rungs({ width: 5760, height: 1080 })).toEqual(wide);
    expect(rungs({ displayWidth: 1080, displayHeight: 5760 })[0]).toBe("1080p 486x2592");
    expect(rungs({ width: 2000, height: 100 })).toEqual(["360p 864x44"]);
    expect(rungs({ width: 3840, height: 1600 })[1]).toBe("720p 1728x720");
  });

  it.each([
    [3840, 1600],
    [2048, 1080],
    [1998, 1080],
    [4096, 1716],
    [2560, 1080],
    [1440, 1080],
    [5760, 1080],
  ])("keeps %i x %i within the frame size of level 4.2", (width, height) => {
    const result = plan(
      sourceFacts({ video: sourceVideo({ width, height, displayWidth: width, displayHeight: height }) }),
    );
    if (result.kind !== "video") throw new Error("no video ladder");
    const macroblocks = result.rungs.map((rung) => Math.ceil(rung.width / 16) * Math.ceil(rung.height / 16));
    expect(Math.max(...macroblocks)).toBeLessThanOrEqual(8704);
    const [top] = result.rungs;
    expect((top?.width ?? 0) / (top?.height ?? 1)).toBeCloseTo(width / height, 1);
  });

  it("leaves room for sound and transport stream below each cap", () => {
    const result = plan(sourceFacts());
    if (result.kind !== "video") throw new Error("no video ladder");
    expect(result.rungs.map((rung) => [rung.capBandwidth, rung.videoCap])).toEqual([
      [5_000_000, 4_713_000],
      [2_800_000, 2_560_000],
      [1_400_000, 1_189_000],
      [800_000, 602_000],
    ]);
  });

  it("keeps the frame rate as a fraction, and every frame", () => {
    const frameRate = { numerator: 24000, denominator: 1001 };
    const result = plan(sourceFacts({ video: sourceVideo({ frameRateChoice: { frameRate, resample: false } }) }));
    expect(result).toMatchObject({ frameRate, resample: false });
  });

  it("warns when the last frame waits for the sound", () => {
    const result = plan(sourceFacts({ audio: sourceAudio({ endSeconds: 30 }), warnings: ["Left out: x."] }));
    expect(result).toMatchObject({ resample: true, timeline: { holdLastSeconds: 20, durationSeconds: 30 } });
    expect(result.warnings).toEqual([
      "Left out: x.",
      "The picture ends 20.0 s before the sound: its last frame stays.",
    ]);
  });

  it("is silent where the source is", () => {
    expect(plan(sourceFacts({ audio: null }))).toMatchObject({ kind: "video", audio: null });
  });
});

describe("the audio ladder", () => {
  const expected = [
    { quality: "192k", audioBitrate: 192_000 },
    { quality: "128k", audioBitrate: 128_000 },
    { quality: "96k", audioBitrate: 96_000 },
  ];

  it("ignores the picture of a post of sound", () => {
    const result = plan(sourceFacts(), "AUDIO");
    expect(result.kind).toBe("audio");
    expect(result.rungs).toEqual(expected);
    expect(result.warnings).toEqual([]);
  });

  it("is what a video without a picture becomes, with a warning", () => {
    const result = plan(sourceFacts({ video: null }));
    expect(result.rungs).toEqual(expected);
    expect(result.warnings).toEqual(["The file has no picture: it is offered as audio."]);
  });

  it("is refused without sound", () => {
    expect(planLadder(sourceFacts({ audio: null }), "AUDIO")).toEqual({
      kind: "refused",
      code: "no-video-or-audio",
      reason: "The file has no sound that can be decoded, but it was uploaded as audio.",
    });
  });
});
