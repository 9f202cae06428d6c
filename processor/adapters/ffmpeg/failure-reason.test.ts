import { describe, expect, it } from "vitest";
import { blamesMachine, failureReason } from "./failure-reason.ts";

describe("the reason of a failure", () => {
  it("is told in words where ffmpeg's own are known", () => {
    expect(failureReason(["[mov,mp4 @ 0x5585d39] moov atom not found", "/jobs/1/a.mp4: Invalid data found"])).toBe(
      "its index is missing, as when an upload was cut off or a recording was never finished",
    );
  });

  it("has neither paths nor addresses nor repetitions", () => {
    const lines = ["[h264 @ 0x55] bad cseq 1", "[h264 @ 0x66] bad cseq 1", "file:/jobs/1/secret name.mp4: odd", ""];
    expect(failureReason(lines)).toBe("bad cseq 1; the file name.mp4: odd");
  });

  it("is said to be missing where ffmpeg gave none", () => {
    expect(failureReason(["Conversion failed!", ""])).toBe("ffmpeg gave no reason");
  });
});

describe("a failure blames the machine", () => {
  it.each([
    ["a full disk", 1, "av_interleaved_write_frame(): No space left on device"],
    ["a program that is missing", 127, "setpriv: failed to execute ffmpeg: No such file or directory"],
    ["a source that is gone", 1, "file:/jobs/1/source: No such file or directory"],
    ["a signal", null, ""],
  ])("for %s", (_, code, line) => {
    expect(blamesMachine(code, [line])).toBe(true);
  });

  it("but not for bad content", () => {
    expect(blamesMachine(1, ["Invalid data found when processing input"])).toBe(false);
  });
});
