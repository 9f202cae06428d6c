import { describe, expect, it } from "vitest";
import type { LadderPlan } from "../../media/encode/ladder.ts";
import { verifyClear } from "./verify-clear.ts";

/** Nothing is asked of the tools: what is wrong shows in the numbers. */
function verify(bytes: readonly number[]) {
  return verifyClear({
    directory: "/nonexistent",
    plan: { kind: "video", timeline: { durationSeconds: 6 * bytes.length } } as LadderPlan,
    rungs: [{ quality: "720p", segments: bytes.map((size) => ({ durationSeconds: 6, bytes: size })) }],
    tools: { ffmpeg: "/nonexistent", ffprobe: "/nonexistent" },
    signal: new AbortController().signal,
    onChecked: () => {},
  });
}

describe("a ladder that ffmpeg says is finished", () => {
  it("fails with a retryable error when a segment ends within a packet", async () => {
    await expect(verify([188 * 9, 188 * 9 - 1, 188])).rejects.toThrow("Segment 2 of 720p is cut off.");
  });

  it("fails when a segment is empty", async () => {
    await expect(verify([188, 188, 0])).rejects.toThrow("Segment 3 of 720p is cut off.");
  });
});
