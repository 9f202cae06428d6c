import { describe, expect, it } from "vitest";
import { isSameMedia, timesOf, tokenIn, withToken } from "./session-token-url.ts";

const ORIGIN = "https://video.example/video/enc";

describe("the token of a URL", () => {
  it.each([
    [`${ORIGIN}/key?keyId=k&quality=480p&token=old`, `${ORIGIN}/key?keyId=k&quality=480p&token=new`],
    [`${ORIGIN}/key?token=old&keyId=a%2Fb`, `${ORIGIN}/key?token=new&keyId=a%2Fb`],
    [`${ORIGIN}/videoResource/p/0/480p/index.m3u8?token=old`, `${ORIGIN}/videoResource/p/0/480p/index.m3u8?token=new`],
    [
      "https://video.example/m3u8-encoder/api/v2/proxy/job-1/v1/index.m3u8?token=old",
      "https://video.example/m3u8-encoder/api/v2/proxy/job-1/v1/index.m3u8?token=new",
    ],
    [`${ORIGIN}/videoResource/p/0/storyboard.vtt?token=old`, `${ORIGIN}/videoResource/p/0/storyboard.vtt?token=new`],
    [`${ORIGIN}/key?keyId=k&token=old#part`, `${ORIGIN}/key?keyId=k&token=new#part`],
  ])("is replaced in %s, and nothing else changes", (url, replaced) => {
    expect(withToken(url, "new")).toBe(replaced);
    expect(tokenIn(url)).toBe("old");
  });

  it.each([
    `${ORIGIN}/videoResource/p/0/master.m3u8?token=issued`,
    "https://video.example/m3u8-encoder/api/v2/proxy/job-1.m3u8?token=issued",
    `${ORIGIN}/segments/a/b/480p/seg_00001.ts`,
    `${ORIGIN}/key?keyId=k&mytoken=old`,
    "https://other.example/index.m3u8?token=theirs",
  ])("is not replaced in %s", (url) => {
    expect(withToken(url, "new")).toBe(url);
  });
});

describe("the times of a token", () => {
  const token = (payload: string) =>
    `h.${btoa(payload).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}.s`;

  it("are read from its claims, whatever else is in them", () => {
    expect(timesOf(token('{"o":"???>>>~~~/","iat":100,"exp":160}'))).toEqual({
      issuedAt: 100,
      expiresAt: 160,
      sessionId: null,
    });
  });

  it.each(["", "a", "a.b.c", "a.!.c", token("null"), token("[]"), token('{"iat":"1","exp":2}'), token("{")])(
    "are none for %j",
    (text) => expect(timesOf(text)).toBeNull(),
  );
});

describe("two tokens", () => {
  const token = (claims: object) => `h.${btoa(JSON.stringify(claims))}.s`;
  const claims = { p: "post", f: 0, v: 2, o: "a/b", q: ["480p"] };

  it("open the same media whatever qualities they allow", () => {
    expect(isSameMedia(token(claims), token({ ...claims, q: ["1080p"], sid: "other" }))).toBe(true);
  });

  it.each([{ p: "other" }, { f: 1 }, { v: 3 }, { o: "a/c" }])("open other media where %j differs", (change) => {
    expect(isSameMedia(token(claims), token({ ...claims, ...change }))).toBe(false);
  });

  it("open nothing together where one is missing", () => {
    expect(isSameMedia(null, null)).toBe(false);
    expect(isSameMedia(token(claims), null)).toBe(false);
  });
});
