import { describe, expect, it } from "vitest";
import { foldTitle } from "./folded-title.ts";

describe("a folded title", () => {
  it.each([
    ["Ein „Titel“ 😀", "ein titel"],
    ["ÉTÉ à l'Île", "ete a l ile"],
    ["Straße Øre Łódź Đurđa", "strasse ore lodz durda"],
    ["  Two\u00a0words, one   space ", "two words one space"],
    ["İstanbul", "istanbul"],
    ["ﬁlm №5", "film no5"],
    ["東京の夏", "東京の夏"],
    ["Йод и ёлка", "йод и ёлка"],
    ["हिन्दी", "हिन्दी"],
    ["!?", ""],
  ])("of %j is %j", (title, folded) => {
    expect(foldTitle(title)).toBe(folded);
    expect(foldTitle(folded)).toBe(folded);
  });

  it("has at most 100 characters and does not split one", () => {
    const folded = foldTitle("𝟘".repeat(90) + "ﷺ".repeat(10) + "𐐨".repeat(50));
    expect([...folded]).toHaveLength(100);
    expect(folded.isWellFormed()).toBe(true);
  });
});
