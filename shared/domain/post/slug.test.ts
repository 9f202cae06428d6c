import { describe, expect, it } from "vitest";
import { slugOf } from "./slug.ts";

describe("the slug of a title", () => {
  it.each([
    ["Épisode 1 - Le Commencement", "episode-1-le-commencement"],
    ["  Hello,   World!  ", "hello-world"],
    ["Straße & Größe", "straße-große"],
    ["Đường lên đỉnh Olympia", "đuong-len-đinh-olympia"],
    ["İstanbul", "istanbul"],
    ["ﬁlm № 4½", "film-no-41-2"],
    ["第一話「始まり」", "第一話-始まり"],
    ["ガラスの城", "ガラスの城"],
    ["한국 드라마", "한국-드라마"],
    ["Война и мир: Йод", "война-и-мир-йод"],
    ["Ελλάδα", "ελλάδα"],
    ["हिन्दी फ़िल्म", "हिन्दी-फ़िल्म".normalize("NFC")],
    ["ภาษาไทย", "ภาษาไทย".normalize("NFKD").normalize("NFC")],
    ["مَرْحَبًا", "مَرْحَبًا"],
    ["I ❤️ 📼 1️⃣", "i-1"],
  ])("%s is %s", (title, slug) => {
    expect(slugOf(title)).toBe(slug);
  });

  it.each(["", "   ", "...", "../..", "🎬🎬", "---", "\u0301"])("is untitled for %j, which has no word", (title) => {
    expect(slugOf(title)).toBe("untitled");
  });

  it("is the same however the title is composed", () => {
    const title = "Ångström café ガ";
    expect(slugOf(title.normalize("NFD"))).toBe(slugOf(title.normalize("NFC")));
  });

  it("has at most 80 characters and does not end in a hyphen that the cut has left", () => {
    expect(slugOf("a".repeat(500))).toBe("a".repeat(80));
    expect(slugOf(`${"b".repeat(79)} tail`)).toBe("b".repeat(79));
  });

  it("is never cut within a character that takes two code units", () => {
    const slug = slugOf("𠮷".repeat(200));
    expect([...slug]).toHaveLength(80);
    expect(slug.isWellFormed()).toBe(true);
  });

  it("holds no half of a surrogate pair, whatever the title holds", () => {
    expect(slugOf("a\ud83db")).toBe("a-b");
    expect(slugOf("\udc00")).toBe("untitled");
  });

  it("has nothing in it that means something in a path, a URL or a playlist", () => {
    const everything = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).join("x");
    for (let start = 0; start < everything.length; start += 80) {
      expect(slugOf(everything.slice(start, start + 80))).not.toMatch(/[\s/\\?#%&"'<>.:;,=\p{Cc}]/u);
    }
  });
});
