import { describe, expect, it } from "vitest";
import { blamesMachine, failureReason, refuseFile } from "./failure-reason.ts";

describe("the sentence for an editor", () => {
  it("names the fault and the remedy where ffmpeg's words are known", () => {
    const said = ["[mov,mp4 @ 0x5585d39] moov atom not found", "/jobs/1/a.mp4: Invalid data found"];
    const { code, reason } = refuseFile("The file could not be read", said);
    expect(code).toBe("source-incomplete");
    expect(reason).toBe(
      "The file could not be read: its index is missing, as when an upload was cut off or a recording was never finished. Check that it plays to its end on your computer, and upload it again.",
    );
  });

  it("contains no word of ffmpeg's where they are not known", () => {
    const said = ["[mp3 @ 0x1] Failed to read frame size: Could not seek to 6023."];
    const { code, reason } = refuseFile("The file could not be read", said);
    expect(code).toBe("source-unreadable");
    expect(reason).toBe(
      "The file could not be read: it is damaged, or of a kind that is not known here. Check that it plays to its end on your computer, and upload it again.",
    );
  });
});

describe("the reason of a failure, for the log", () => {
  it("contains neither paths nor addresses nor repetitions", () => {
    const lines = ["[h264 @ 0x55] bad cseq 1", "[h264 @ 0x66] bad cseq 1", "file:/jobs/1/secret name.mp4: odd", ""];
    expect(failureReason(lines)).toBe("bad cseq 1; the file name.mp4: odd");
  });

  it("states that ffmpeg gave none", () => {
    expect(failureReason(["Conversion failed!", ""])).toBe("ffmpeg gave no reason");
  });
});

describe("the cause of a failure", () => {
  it.each([
    ["a full disk", 1, "av_interleaved_write_frame(): No space left on device"],
    ["too little memory", 1, "Error while decoding stream #0:0: Cannot allocate memory"],
    ["a program that is missing", 127, "setpriv: failed to execute ffmpeg: No such file or directory"],
    ["a source that is gone", 1, "file:/jobs/1/source: No such file or directory"],
    ["a signal", null, ""],
  ])("is the machine for %s", (_, code, line) => {
    expect(blamesMachine(code, [line])).toBe(true);
  });

  it("is not the machine for bad content", () => {
    expect(blamesMachine(1, ["Invalid data found when processing input"])).toBe(false);
  });

  it("is not the machine for content that exceeds a limit, which ends in the same words", () => {
    const lines = ["[matroska,webm @ 0x1] Number of streams exceeds max_streams parameter (1000)"];
    expect(blamesMachine(1, [...lines, "Cannot allocate memory"])).toBe(false);
  });
});
