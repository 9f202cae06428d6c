import { describe, expect, it } from "vitest";
import { declaredSha256 } from "./upload.ts";

describe("the hash that a client declares with an upload", () => {
  const hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  it("is read from the metadata in either case", () => {
    expect(declaredSha256({ filename: "a.mp4", sha256: hex })).toBe(hex);
    expect(declaredSha256({ sha256: ` ${hex.toUpperCase()} ` })).toBe(hex);
  });

  it("is null when it is left out or is not a SHA-256", () => {
    expect(declaredSha256({ filename: "a.mp4" })).toBeNull();
    expect(declaredSha256({ sha256: "abc" })).toBeNull();
    expect(declaredSha256({ sha256: null })).toBeNull();
  });
});
