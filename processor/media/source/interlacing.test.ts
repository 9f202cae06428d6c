import { expect, it } from "vitest";
import { chooseDeinterlacing } from "./interlacing.ts";

it.each([
  ["mpeg4", "unknown", "marked"],
  ["dvvideo", undefined, "marked"],
  ["h264", "tt", "marked"],
  ["h264", "progressive", "none"],
  ["vp9", "unknown", "none"],
  ["av1", undefined, "none"],
  ["huffyuv", "tt", "all-top-first"],
  ["huffyuv", "tb", "all-bottom-first"],
  ["mjpeg", "bb", "all-bottom-first"],
  ["huffyuv", "unknown", "none"],
  ["mjpeg", "unknown", "marked"],
])("deinterlaces %s of field order %s: %s", (codec_name, field_order, expected) => {
  expect(chooseDeinterlacing({ index: 0, codec_name, ...(field_order && { field_order }) })).toBe(expected);
});
