import { describe, expect, it } from "vitest";
import { createTemplateCache } from "./template-cache.ts";

const value = (name: string) => ({ name });

describe("a template cache", () => {
  it("drops the longest unused when it is full", () => {
    const cache = createTemplateCache<{ name: string }>(306);
    cache.put("a", value("A"), 100);
    cache.put("b", value("B"), 100);
    cache.put("c", value("C"), 100);
    expect(cache.usedBytes()).toBe(306);
    cache.get("a");
    cache.put("d", value("D"), 100);
    expect(["a", "b", "c", "d"].map((key) => cache.get(key)?.name)).toEqual(["A", undefined, "C", "D"]);
    expect(cache.usedBytes()).toBe(306);
  });

  it("drops as many as a large value needs", () => {
    const cache = createTemplateCache<{ name: string }>(1_000);
    for (const key of ["a", "b", "c"]) cache.put(key, value(key), 300);
    cache.put("d", value("d"), 650);
    expect(["a", "b", "c", "d"].map((key) => cache.get(key)?.name)).toEqual([undefined, undefined, "c", "d"]);
  });

  it("does not empty itself for a value that is larger than all of it", () => {
    const cache = createTemplateCache<{ name: string }>(300);
    cache.put("a", value("A"), 100);
    cache.put("huge", value("H"), 10_000);
    expect(cache.get("huge")).toBeUndefined();
    expect(cache.get("a")).toEqual({ name: "A" });
  });

  it("counts a key that is put again once, at its new size", () => {
    const cache = createTemplateCache<{ name: string }>(300);
    cache.put("a", value("old"), 200);
    cache.put("a", value("new"), 50);
    expect(cache.get("a")).toEqual({ name: "new" });
    expect(cache.usedBytes()).toBe(52);
  });

  it("never exceeds its limit", () => {
    const cache = createTemplateCache<{ name: string }>(5_000);
    for (let n = 0; n < 500; n += 1) {
      cache.put(`key ${n % 70}`, value(String(n)), (n * 7_919) % 1_200);
      expect(cache.usedBytes()).toBeLessThanOrEqual(5_000);
    }
  });
});
