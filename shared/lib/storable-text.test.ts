import { describe, expect, it } from "vitest";
import { storable, unstorablePath } from "./storable-text.ts";

describe("text that every database stores", () => {
  it.each([
    ["a text", "a\0b", [], "a\ufffdb"],
    ["half of a surrogate pair", "a\ud83d", [], "a\ufffd"],
    ["an element", { a: ["x", { b: "\udc00" }] }, ["a", "1", "b"], { a: ["x", { b: "\ufffd" }] }],
    ["a name", { a: { "b\0": 1 } }, ["a", "b\0"], { a: { "b\ufffd": 1 } }],
  ])("is found and cleaned in %s", (_what, value, path, clean) => {
    expect(unstorablePath(value)).toEqual(path);
    expect(storable(value)).toEqual(clean);
    expect(unstorablePath(storable(value))).toBeNull();
  });

  it.each(["", "Été 夏 😀 \u0001\t\n", 1.5, null, true, undefined, { a: ["b", null] }])(
    "is left alone: %j",
    (value) => {
      expect(unstorablePath(value)).toBeNull();
      expect(storable(value)).toBe(value);
    },
  );
});
