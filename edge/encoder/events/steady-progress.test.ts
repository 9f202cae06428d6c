import { describe, expect, it } from "vitest";
import { advance, type SteadyProgress } from "./steady-progress.ts";

const claim = { jobId: "a", claimNo: 1 };
const encoding = (percent: number, count: number) => ({
  stage: "ENCODING" as const,
  percent,
  segments: { "360p": count },
});
const at = (percent: number, count: number): SteadyProgress => advance(null, claim, encoding(percent, count))!;

describe("progress", () => {
  it("does not shrink within a stage", () => {
    expect(advance(at(40, 4), claim, encoding(30, 3))?.progress).toMatchObject(encoding(40, 4));
    expect(advance(at(40, 4), claim, encoding(30, 5))?.progress).toMatchObject(encoding(40, 5));
  });

  it("begins with each stage, and no stage returns", () => {
    const uploading = advance(at(90, 9), claim, { stage: "UPLOADING", percent: 1 })!;
    expect(uploading.progress).toEqual({ stage: "UPLOADING", percent: 1 });
    expect(advance(uploading, claim, encoding(95, 9))).toBeNull();
  });

  it("begins with each claim, and no claim returns", () => {
    const second = advance(at(90, 9), { jobId: "a", claimNo: 2 }, encoding(5, 0))!;
    expect(second.progress.percent).toBe(5);
    expect(advance(second, claim, encoding(95, 9))).toBeNull();
    expect(advance(second, { jobId: "b", claimNo: 1 }, { stage: "ENCRYPTING", percent: 1 })).not.toBeNull();
  });
});
