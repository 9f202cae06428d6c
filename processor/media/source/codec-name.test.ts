import { expect, it } from "vitest";
import { codecName } from "./codec-name.ts";

it.each([
  ["aac", "mp4a", "aac"],
  [undefined, "ac-4", "AC-4"],
  [undefined, "vvc1", "VVC"],
  ["unknown", "mha1", "MPEG-H 3D Audio"],
  ["none", "iamf", "IAMF"],
  [undefined, "Xyz9", "Xyz9"],
  [undefined, "[6][0][0][0]", "unknown"],
  [undefined, undefined, "unknown"],
])("names the codec %s with the tag %s as %s", (codec_name, codec_tag_string, name) => {
  const stream = { index: 0, ...(codec_name && { codec_name }), ...(codec_tag_string && { codec_tag_string }) };
  expect(codecName(stream)).toBe(name);
});
