import { describe, expect, it } from "vitest";
import { firstElement } from "./aac-element.ts";

/** Bits as they are written in ISO/IEC 14496-3, filled up with zeros. */
function block(...bits: readonly string[]): Uint8Array {
  const all = bits.join("");
  return Uint8Array.from({ length: Math.ceil(all.length / 8) }, (_, i) =>
    Number.parseInt(all.slice(i * 8, i * 8 + 8).padEnd(8, "0"), 2),
  );
}

const zeros = (bytes: number) => "0".repeat(bytes * 8);

describe("the first element of AAC", () => {
  it("is one channel or a pair", () => {
    expect(firstElement(block("000", "0000"))).toBe("single");
    expect(firstElement(block("001", "0000"))).toBe("pair");
  });

  it("comes after the name of the encoder and after data", () => {
    expect(firstElement(block("110", "0010", zeros(2), "001"))).toBe("pair");
    expect(firstElement(block("110", "1111", "00000100", zeros(18), "001"))).toBe("pair");
    expect(firstElement(block("100", "0000", "0", "00000010", zeros(2), "001"))).toBe("pair");
    expect(firstElement(block("100", "0000", "1", "00000001", zeros(1), "001"))).toBe("pair");
  });

  it("is not known before another element, or where the bytes end", () => {
    expect(firstElement(block("101"))).toBeNull();
    expect(firstElement(block("110", "1111", "11111111"))).toBeNull();
    expect(firstElement(new Uint8Array())).toBeNull();
  });
});
