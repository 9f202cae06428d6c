import { describe, expect, it } from "vitest";
import { base64Encode, base64UrlEncode } from "./base64.ts";
import { parseSecretList } from "./secret-list.ts";

const secret = (fill: number, length = 32) => new Uint8Array(length).fill(fill);

describe("a list of secrets", () => {
  it("has the current one first and keeps those before it", () => {
    const text = `k2:${base64Encode(secret(2))},k1:${base64Encode(secret(1))}`;
    expect(parseSecretList(text, 32)).toEqual([
      { id: "k2", bytes: secret(2) },
      { id: "k1", bytes: secret(1) },
    ]);
  });

  it("may have blanks around its entries, and secrets in either alphabet, padded or not", () => {
    const bytes = secret(0xfb, 33).fill(0xff, 0, 3);
    const padded = secret(0xfb, 34);
    const text = ` a:${base64Encode(bytes)} ,\n b:${base64UrlEncode(bytes)}, c:${base64UrlEncode(padded)}==,d:${base64Encode(padded)}`;
    expect(parseSecretList(text, 32).map(({ bytes }) => bytes)).toEqual([bytes, bytes, padded, padded]);
  });

  it.each([
    ["", "not of the form id:base64"],
    ["changeme", "not of the form id:base64"],
    [":AAAA", "not of the form id:base64"],
    ["k1:", "not of the form id:base64"],
    [`k1:${base64Encode(secret(1))},`, "not of the form id:base64"],
    [`k.1:${base64Encode(secret(1))}`, "not of the form id:base64"],
    [`${"k".repeat(33)}:${base64Encode(secret(1))}`, "not of the form id:base64"],
    ["k1:AAAAA", "the secret k1 is not base64"],
    ["k1:A-+A", "the secret k1 is not base64"],
    [`k1:${base64Encode(secret(1, 31))}`, "the secret k1 has 31 bytes, at least 32 are needed"],
    [`k1:${base64Encode(secret(1))},k1:${base64Encode(secret(2))}`, "two entries have the same id"],
  ])("is not %j", (text, problem) => {
    expect(() => parseSecretList(text, 32)).toThrow(problem);
  });

  it("never shows a value in what it complains about", () => {
    for (const text of ["s3cr3t-value", "k1:s3cr3t-value", "k1:s3cr3tvalue!!"]) {
      const complaint = captured(() => parseSecretList(text, 32));
      expect(complaint).not.toMatch(/s3cr3t/);
    }
  });
});

function captured(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return String(error);
  }
  throw new Error("nothing was thrown");
}
