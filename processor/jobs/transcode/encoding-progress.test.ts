import { describe, expect, it } from "vitest";
import { encodingProgress } from "./encoding-progress.ts";

const clock = (outTimeSeconds: number) => ({ outTimeSeconds, fps: 50, speed: 2 });

describe("the progress of an encoding", () => {
  it("plans the segments of each rung from the length of the source", () => {
    const plannedOf = (seconds: number) => encodingProgress(["360p"], seconds).timed(clock(0)).plannedSegments;
    expect([0.2, 6, 6.0004, 6.1, 20].map(plannedOf)).toEqual([1, 1, 1, 2, 4].map((count) => ({ "360p": count })));
  });

  it("gives each rung the percentage of the clock, between what it has finished and one segment more", () => {
    const progress = encodingProgress(["720p", "360p"], 24);
    expect(progress.timed(clock(3))).toEqual({
      ...{ stage: "ENCODING", percent: 12.5, fps: 50, speed: 2, etaSeconds: 10.5 },
      segments: { "720p": 0, "360p": 0 },
      plannedSegments: { "720p": 4, "360p": 4 },
      qualityPercent: { "720p": 12.5, "360p": 12.5 },
    });
    progress.finished("360p");
    progress.finished("360p");
    expect(progress.timed(clock(9))).toMatchObject({
      percent: 37.5,
      segments: { "720p": 0, "360p": 2 },
      qualityPercent: { "720p": 25, "360p": 50 },
    });
  });

  it("plans at least what is finished, where the source is longer than it says", () => {
    const progress = encodingProgress(["360p"], 6);
    progress.finished("360p");
    expect(progress.finished("360p")).toMatchObject({
      plannedSegments: { "360p": 2 },
      qualityPercent: { "360p": 100 },
    });
  });

  it("plans nothing where the length of the source is not known, and counts what is finished", () => {
    const progress = encodingProgress(["720p", "360p"], null);
    progress.timed(clock(3));
    expect(progress.finished("360p")).toEqual({
      ...{ stage: "ENCODING", percent: 0, fps: 50, speed: 2 },
      segments: { "720p": 0, "360p": 1 },
    });
  });
});
