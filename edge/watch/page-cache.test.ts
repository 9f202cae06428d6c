import { describe, expect, it } from "vitest";
import { createPageCache, type Page } from "./page-cache.ts";

const page = (html: string, status: Page["status"] = 200): Page => ({ status, html });
const part = (videoPostId: string, fileIndex = 0) => ({ videoPostId, fileIndex });

describe("kept pages", () => {
  it("are served while they are fresh", () => {
    const pages = createPageCache();
    pages.put(part("a"), page("<p>"), 1000, 5000);
    expect([5000, 5999, 6000].map((now) => pages.get(part("a"), now)?.html)).toEqual(["<p>", "<p>", undefined]);
    expect(pages.get(part("a", 1), 5000)).toBeNull();
  });

  it("give way to the newest, whether it is there or not", () => {
    const pages = createPageCache();
    pages.put(part("a"), page("missing", 404), 1000, 0);
    pages.put(part("a"), page("there"), 1000, 1000);
    expect(pages.get(part("a"), 1500)?.html).toBe("there");
  });

  it("are dropped together for one post, and for no other", () => {
    const pages = createPageCache();
    for (const one of [part("a"), part("a", 1), part("ab")]) pages.put(one, page("x"), 1000, 0);
    pages.forget("a");
    expect([part("a"), part("a", 1), part("ab")].map((one) => pages.get(one, 0)?.html)).toEqual([
      undefined,
      undefined,
      "x",
    ]);
  });

  it("are bounded by their length, those that are missing by themselves", () => {
    const pages = createPageCache();
    const large = "x".repeat(2 ** 16);
    const numbers = Array.from({ length: 100 }, (_, n) => n);
    pages.put(part("video"), page(large), 1000, 0);
    for (const n of numbers) pages.put(part(`missing-${n}`), page(large, 404), 1000, 0);
    const kept = (prefix: string) => numbers.filter((n) => pages.get(part(`${prefix}-${n}`), 0) !== null);
    expect(kept("missing")).toEqual([98, 99]);
    expect(pages.get(part("video"), 0)).not.toBeNull();
    for (const n of numbers) pages.put(part(`video-${n}`), page(large), 1000, 0);
    expect(kept("video")).toHaveLength(32);
  });
});
