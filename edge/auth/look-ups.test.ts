import { describe, expect, it } from "vitest";
import { createLookUps, type LookUp } from "./look-ups.ts";

describe("look-ups of API keys that may not exist", () => {
  it("are bounded for a network and for all, from their start to the end of the second", () => {
    const lookUps = createLookUps(25);
    const begin = (network: string, now: number) => {
      const begun = lookUps.begin(network, now);
      return typeof begun === "string" ? begun : "begun";
    };
    for (const network of ["a", "b"]) {
      for (let n = 0; n < 25; n++) expect(begin(network, 5000)).toBe("begun");
    }
    expect([begin("a", 5999), begin("c", 5999)]).toEqual(["too-many", "away"]);
    expect([begin("a", 6000), begin("c", 6000)]).toEqual(["begun", "begun"]);
  });

  it("count no more once they have found a key", () => {
    const lookUps = createLookUps(1);
    for (let n = 0; n < 100; n++) (lookUps.begin("a", 5000) as LookUp).takeBack();
    expect(lookUps.begin("a", 5000)).toMatchObject({});
    expect(lookUps.begin("a", 5000)).toBe("too-many");
  });
});
