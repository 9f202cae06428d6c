import { describe, expect, it } from "vitest";
import {
  enumeratedAttribute,
  parseAttributeList,
  printAttributeList,
  quotedAttribute,
  quotedString,
} from "./attribute-list.ts";

function parsed(text: string) {
  const result = parseAttributeList(text);
  if (result.kind === "broken") throw new Error(`broken at ${result.column}: ${result.fault}`);
  return result.attributes;
}

describe("an attribute list", () => {
  it("distinguishes the types of RFC 8216 4.2 and keeps their spelling", () => {
    const list = 'A="x",B=007,C=-1.50,D=0xDEADBEEF,E=1920x1080,F=AES-128,G-2=18446744073709551615,H=2.,I=""';
    expect(parsed(list)).toEqual([
      { name: "A", value: { type: "quoted-string", raw: '"x"', text: "x" } },
      { name: "B", value: { type: "decimal", raw: "007", value: 7 } },
      { name: "C", value: { type: "decimal", raw: "-1.50", value: -1.5 } },
      { name: "D", value: { type: "hexadecimal", raw: "0xDEADBEEF" } },
      { name: "E", value: { type: "resolution", raw: "1920x1080", width: 1920, height: 1080 } },
      { name: "F", value: { type: "enumerated", raw: "AES-128" } },
      { name: "G-2", value: { type: "decimal", raw: "18446744073709551615", value: 2 ** 64 } },
      { name: "H", value: { type: "decimal", raw: "2.", value: 2 } },
      { name: "I", value: { type: "quoted-string", raw: '""', text: "" } },
    ]);
    expect(printAttributeList(parsed(list))).toBe(list);
  });

  it("does not take commas and equals signs inside quotes for its own", () => {
    const list = 'CODECS="avc1.640028,mp4a.40.2",URI="/key?a=1,2&token=x"';
    expect(quotedAttribute(parsed(list), "CODECS")).toBe("avc1.640028,mp4a.40.2");
    expect(quotedAttribute(parsed(list), "URI")).toBe("/key?a=1,2&token=x");
  });

  it("reads a quoted NONE and the word NONE as different things", () => {
    const attributes = parsed('CLOSED-CAPTIONS="NONE",METHOD=NONE');
    expect(enumeratedAttribute(attributes, "CLOSED-CAPTIONS")).toBeNull();
    expect(quotedAttribute(attributes, "METHOD")).toBeNull();
    expect(enumeratedAttribute(attributes, "METHOD")).toBe("NONE");
    expect(quotedAttribute(attributes, "ABSENT")).toBeNull();
  });

  it.each([
    ["", 0, "bad-name"],
    ["=1", 0, "bad-name"],
    ["A", 0, "bad-name"],
    ["a=1", 0, "bad-name"],
    ["A=1,,B=2", 4, "bad-name"],
    ["A=1, B=2", 4, "bad-name"],
    ["A=1,", 4, "trailing-comma"],
    ["A=", 2, "bad-value"],
    ["A= 1", 2, "bad-value"],
    ['A="1', 2, "unterminated-quote"],
    ['A="1"2', 5, "missing-comma"],
    ['A=1"2"', 3, "missing-comma"],
    ["A=1 ", 3, "missing-comma"],
    ["A=1,B=2,A=3", 8, "duplicate-name"],
  ])("refuses %j at column %i as %s", (text, column, fault) => {
    expect(parseAttributeList(text)).toEqual({ kind: "broken", column, fault });
  });

  it("never makes a quoted string that would end early", () => {
    expect(quotedString("a,b").raw).toBe('"a,b"');
    for (const text of ['a"b', "a\nb", "a\rb"]) expect(() => quotedString(text)).toThrow(TypeError);
  });
});
