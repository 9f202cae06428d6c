import { describe, expect, it } from "vitest";
import { verifyRungs } from "./durations.ts";

const rung = (quality: "720p" | "360p", durationSeconds: number, segmentCount: number) => ({
  quality,
  durationSeconds,
  segmentCount,
});

describe("finished rungs", () => {
  it("are the same as their source within a frame and a header's rounding", () => {
    expect(verifyRungs(60.4, [rung("720p", 60, 10), rung("360p", 60.02, 10)])).toEqual({ kind: "same" });
  });

  it("are only compared with each other where the source has no clock", () => {
    expect(verifyRungs(null, [rung("720p", 26, 5), rung("360p", 26, 5)])).toEqual({ kind: "same" });
  });

  it.each([
    [
      "nothing came out",
      10,
      [],
      "source-unreadable",
      "Nothing in the file could be decoded: it is damaged. Check that it plays, and upload it again.",
    ],
    [
      "the source was cut off",
      5.06,
      [rung("720p", 2.92, 1)],
      "source-incomplete",
      "Only 2.92 s of 5.06 s could be decoded: the file is damaged or incomplete. Check that it plays to its end, and upload it again.",
    ],
    [
      "the clock ran away",
      10,
      [rung("720p", 3600, 600)],
      "media-check-failed",
      "The result is 3600.00 s long, but the file holds 10.00 s. Convert it to MP4 with H.264 and AAC, and upload that.",
    ],
    [
      "one rung has another number of segments",
      60,
      [rung("720p", 60, 10), rung("360p", 60, 11)],
      "media-check-failed",
      "The qualities came out unequal: 10 segments of 720p, 11 of 360p. Convert it to MP4 with H.264 and AAC, and upload that.",
    ],
    [
      "one rung is shorter",
      60,
      [rung("720p", 60, 10), rung("360p", 59.5, 10)],
      "media-check-failed",
      "The qualities came out unequal: 60.00 s of 720p, 59.50 s of 360p. Convert it to MP4 with H.264 and AAC, and upload that.",
    ],
  ])("are refused when %s", (_, source, rungs, code, reason) => {
    expect(verifyRungs(source, rungs)).toEqual({ kind: "refused", code, reason });
  });
});
