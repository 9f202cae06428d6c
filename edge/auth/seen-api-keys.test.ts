import { describe, expect, it } from "vitest";
import { createSeenApiKeys } from "./seen-api-keys.ts";

describe("what is remembered of API keys", () => {
  it("forgets after a second that a key is unknown", () => {
    const seen = createSeenApiKeys();
    seen.note("a", "unknown", 5000);
    expect([5000, 5999, 6000].map((now) => seen.isUnknown("a", now))).toEqual([true, true, false]);
    expect(seen.isUnknown("b", 5000)).toBe(false);
  });

  it("knows a good key until it is no longer good", () => {
    const seen = createSeenApiKeys();
    seen.note("a", "good", 0);
    expect(seen.wasGood("a")).toBe(true);
    seen.note("a", "bad", 0);
    expect([seen.wasGood("a"), seen.isUnknown("a", 0)]).toEqual([false, false]);
  });

  it("blocks a network for 10 seconds", () => {
    const seen = createSeenApiKeys();
    seen.block("network", 5000);
    expect([5000, 14_999, 15_000].map((now) => seen.isBlocked("network", now))).toEqual([true, true, false]);
    expect(seen.isBlocked("other", 5000)).toBe(false);
  });

  it("names one use of a key in a minute", () => {
    const seen = createSeenApiKeys();
    expect([0, 1, 59_999, 60_000].map((now) => seen.noteUse("a", now))).toEqual([true, false, false, true]);
    expect(seen.noteUse("b", 1)).toBe(true);
  });

  it("keeps a bounded number of keys, the newest", () => {
    const seen = createSeenApiKeys();
    for (let n = 0; n < 5000; n++) seen.note(`unknown-${n}`, "unknown", 0);
    for (let n = 0; n < 5000; n++) seen.note(`good-${n}`, "good", 0);
    const all = Array.from({ length: 5000 }, (_, n) => n);
    expect(all.filter((n) => seen.isUnknown(`unknown-${n}`, 0))).toEqual(all.slice(4000));
    expect(all.filter((n) => seen.wasGood(`good-${n}`))).toEqual(all.slice(4000));
  });
});
