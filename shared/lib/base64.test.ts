import { describe, expect, it } from "vitest";
import { base64Decode, base64Encode, base64UrlDecode, base64UrlEncode } from "./base64.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const allBytes = Uint8Array.from({ length: 256 }, (_, i) => i);

describe("base64", () => {
  it.each([
    ["", ""],
    ["f", "Zg=="],
    ["fo", "Zm8="],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg=="],
    ["fooba", "Zm9vYmE="],
    ["foobar", "Zm9vYmFy"],
  ])("encodes %j as %j (RFC 4648 section 10)", (text, encoded) => {
    expect(base64Encode(bytes(text))).toBe(encoded);
    expect(base64Decode(encoded)).toEqual(bytes(text));
    expect(base64UrlEncode(bytes(text))).toBe(encoded.replace(/=+$/, ""));
    expect(base64UrlDecode(encoded.replace(/=+$/, ""))).toEqual(bytes(text));
  });

  it("encodes for URLs as RFC 7515 appendix C does", () => {
    expect(base64UrlEncode(Uint8Array.of(3, 236, 255, 224, 193))).toBe("A-z_4ME");
    expect(base64UrlDecode("A-z_4ME")).toEqual(Uint8Array.of(3, 236, 255, 224, 193));
  });

  it("restores every byte", () => {
    for (const length of [253, 254, 255, 256]) {
      const some = allBytes.subarray(0, length);
      expect(base64Decode(base64Encode(some))).toEqual(some);
      expect(base64UrlDecode(base64UrlEncode(some))).toEqual(some);
    }
  });

  it.each(["A", "AAAAA", "Zg==", "A+z/4ME", "Zm9v ", "Zm9v\n", "Zm\u00e9v"])("refuses %j as base64url", (text) => {
    expect(() => base64UrlDecode(text)).toThrow(SyntaxError);
  });

  it("for URLs has one spelling: leftover bits must be zero", () => {
    expect(base64UrlDecode("Zg")).toEqual(bytes("f"));
    for (const other of ["Zh", "Zi", "Zv", "Z_", "Zm9", "Zm-"])
      expect(() => base64UrlDecode(other)).toThrow(SyntaxError);
  });

  it("is not what is no base64 at all", () => {
    expect(() => base64Decode("a$b=")).toThrow();
  });
});
