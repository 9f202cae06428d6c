import { describe, expect, it } from "vitest";
import { fileIndexOrNull, postIdOrNull, redactText, redactValue } from "./redact-value.ts";

const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJlLXNpZ25hdHVyZQ";
const API_KEY = `llk_0123456789abcdef_${"A-_b".repeat(11)}`.slice(0, 64);

describe("what is recorded of a request", () => {
  it.each([
    [`viewer ${JWT}`, "viewer [token]"],
    [`key ${API_KEY} here`, "key [key] here"],
    ["https://b.example/f.mp4?X-Amz-Signature=abc&x=1 and more", "https://b.example/f.mp4 and more"],
    ["http://b.example/f.mp4#token", "http://b.example/f.mp4"],
    ["A film. In two parts.", "A film. In two parts."],
    ["alexander.hamilton-jr.somewhere@example.org", "alexander.hamilton-jr.somewhere@example.org"],
  ])("has no secret: %j", (text, told) => {
    expect(redactText(text)).toBe(told);
    expect(redactValue({ deep: [text] })).toEqual({ deep: [told] });
  });

  it("is short", () => {
    expect(redactText("x".repeat(1000))).toHaveLength(300);
    expect(redactValue(Array(1000).fill("long"))).toBe("(7001 characters)");
  });

  it("names a post only by a valid id", () => {
    const id = "019b7602-8400-7000-8000-000000000001";
    expect(postIdOrNull(id)).toBe(id);
    for (const other of ["nobodys", JWT, `${id}x`, "", null, undefined, 7, [id]])
      expect(postIdOrNull(other)).toBeNull();
  });

  it("names a part only by a valid index", () => {
    expect([0, 7, "0", "12"].map(fileIndexOrNull)).toEqual([0, 7, 0, 12]);
    for (const other of [-1, 1.5, "x", "", " 1", "1e3", null, undefined, Number.NaN])
      expect(fileIndexOrNull(other)).toBeNull();
  });
});
