import { describe, expect, it } from "vitest";
import { refuseDuration } from "./longest-duration.ts";

describe("the longest duration of an upload", () => {
  it("accepts media up to its limit, and any where there is none", () => {
    expect(refuseDuration(60, 60)).toBeNull();
    expect(refuseDuration(86_400, null)).toBeNull();
    expect(refuseDuration(null, 60)).toBeNull();
  });

  it("refuses longer media with both lengths", () => {
    expect(refuseDuration(60.04, 60)).toEqual({
      kind: "refused",
      code: "too-long",
      reason: "The file lasts 60.1 seconds, at most 60 are allowed for this upload. Upload a shorter one.",
    });
  });
});
