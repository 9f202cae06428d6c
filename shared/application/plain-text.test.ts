import { describe, expect, it } from "vitest";
import { multipleLines, singleLine } from "./plain-text.ts";

describe("a single line", () => {
  const title = singleLine(20);

  it.each(["A film", "Zoë & Søn", "映画", "فيلم", "हिन्दी", "👨‍👩‍👧", "a\u200eb"])("accepts %j", (text) => {
    expect(title.parse(text)).toBe(text);
  });

  it("removes the white space around it", () => {
    expect(title.parse(" A film\r\n")).toBe("A film");
  });

  it.each([
    ["a line feed", "a\nb"],
    ["a carriage return", "a\rb"],
    ["a tab", "a\tb"],
    ["a null character", "a\u0000b"],
    ["a C1 control character", "a\u0085b"],
    ["a line separator", "a\u2028b"],
    ["a right-to-left override", "a\u202egpj.exe"],
    ["a direction isolate", "a\u2067b"],
    ["half a surrogate pair", "a\ud83db"],
  ])("refuses %s", (_, text) => {
    expect(title.safeParse(text).success).toBe(false);
  });

  it("refuses an empty and a long one", () => {
    expect(title.safeParse(" \n ").success).toBe(false);
    expect(title.safeParse("x".repeat(21)).success).toBe(false);
  });
});

describe("multiple lines", () => {
  const description = multipleLines(20);

  it.each(["", "one\r\ntwo\n\tthree", "\u2068name\u2069"])("accepts %j", (text) => {
    expect(description.parse(text)).toBe(text);
  });

  it.each(["a\u0000b", "a\u001bb", "a\u007fb", "a\udc00b"])("refuses %j", (text) => {
    expect(description.safeParse(text).success).toBe(false);
  });
});
