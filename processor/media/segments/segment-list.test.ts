import { describe, expect, it } from "vitest";
import { parseSegmentLine, SegmentListReader, segmentIndex } from "./segment-list.ts";

describe("a segment list", () => {
  it("returns each entry once it is complete, whatever the chunks are", () => {
    const reader = new SegmentListReader();
    expect(reader.push("seg_00001.ts,0.0000")).toEqual([]);
    expect(reader.push("00,6.006000\nseg_00002.ts,6.006000,12.012000\nseg")).toEqual([
      { fileName: "seg_00001.ts", startSeconds: 0, endSeconds: 6.006 },
      { fileName: "seg_00002.ts", startSeconds: 6.006, endSeconds: 12.012 },
    ]);
    expect(reader.push("_00003.ts,12.012000,12.500000\r\n")).toHaveLength(1);
  });

  it("is refused when a line is something else", () => {
    expect(() => parseSegmentLine("../seg_00001.ts,0,6")).toThrow(/Not a segment list line/);
    expect(() => parseSegmentLine("seg_00001.ts,0")).toThrow(/Not a segment list line/);
  });

  it("numbers its segments from one, beyond five digits too", () => {
    expect(segmentIndex("seg_00001.ts")).toBe(1);
    expect(segmentIndex("seg_123456.ts")).toBe(123456);
    expect(() => segmentIndex("seg_1.ts")).toThrow(/Not a segment name/);
  });
});
