import { describe, expect, it } from "vitest";
import { appendQuery, isRelativePath, qualityOfVariantUri, variantUri } from "./playlist-uri.ts";

describe("the query of a playlist URI", () => {
  it.each([
    ["360p/index.m3u8", "360p/index.m3u8?token=t"],
    ["a.m3u8?b=1", "a.m3u8?b=1&token=t"],
    ["a.m3u8?", "a.m3u8?token=t"],
    ["a.m3u8?b=1&", "a.m3u8?b=1&token=t"],
    ["a.m3u8#part?x", "a.m3u8?token=t#part?x"],
    ["a.m3u8?b=1#part", "a.m3u8?b=1&token=t#part"],
  ])("grows from %s to %s", (uri, grown) => {
    expect(appendQuery(uri, "token", "t")).toBe(grown);
  });

  it("keeps to the byte what was signed before", () => {
    const signed = "https://a.example/p%20q/é?sig=a%2Fb+c~%7E&x=1,2&y";
    expect(appendQuery(signed, "token", "t")).toBe(`${signed}&token=t`);
  });
});

describe("a URI of ours", () => {
  it.each([
    ["seg_00001.ts", true],
    ["1080p/index.m3u8?a=b:c", true],
    ["../up.ts", true],
    ["/rooted.ts", false],
    ["//host.example/a.ts", false],
    ["https://host.example/a.ts", false],
    ["data:,x", false],
  ])("decides for %s whether it is relative: %s", (uri, relative) => {
    expect(isRelativePath(uri)).toBe(relative);
  });

  it("returns its quality", () => {
    expect(qualityOfVariantUri(variantUri("1080p"))).toBe("1080p");
  });

  it.each(["1080p/iframes.m3u8", "x/1080p/index.m3u8", "/1080p/index.m3u8", "index.m3u8", "1080p/index.m3u8?a=b"])(
    "%s has no quality",
    (uri) => {
      expect(qualityOfVariantUri(uri)).toBeNull();
    },
  );
});
