import { describe, expect, it } from "vitest";
import { parseKeyAddress } from "./key-address.ts";

const AT = "https://video.example/video/enc/key";

describe("the address of a key", () => {
  it("names the key, the quality and the token", () => {
    expect(parseKeyAddress(`${AT}?keyId=0190-key&quality=720p&token=a.b-c_d`)).toEqual({
      keyId: "0190-key",
      quality: "720p",
      token: "a.b-c_d",
    });
  });

  it.each([
    ["another order", "?token=t&quality=720p&keyId=k"],
    ["more than was asked for", "?x=1&keyId=k&quality=720p&token=t&y=2"],
    ["a second value, which does not count", "?keyId=k&quality=720p&token=t&token=u&quality=1080p&keyId=l"],
    ["names that end like these", "?mykeyId=x&keyId=k&subquality=x&quality=720p&atoken=x&token=t"],
    ["a fragment", "?keyId=k&quality=720p&token=t#token=u"],
  ])("is the same with %s", (_name, query) => {
    expect(parseKeyAddress(AT + query)).toEqual({ keyId: "k", quality: "720p", token: "t" });
  });

  it.each([
    ["nothing", "", {}],
    ["an empty query", "?", {}],
    ["a fragment alone", "#?token=t", {}],
    ["values that are empty", "?keyId=&quality=&token=", { keyId: "", quality: "", token: "" }],
    ["names without a value", "?keyId&quality&token", {}],
  ])("says what it says: %s", (_name, query, said) => {
    expect(parseKeyAddress(AT + query)).toEqual({ keyId: undefined, quality: undefined, token: undefined, ...said });
  });

  it.each([
    "https://video.example/healthz",
    "https://video.example/video/enc/keys?keyId=k",
    "https://video.example/video/enc/key/?keyId=k",
    "https://video.example/x/video/enc/key?keyId=k",
    "https://video.example/x?y=/video/enc/key?keyId=k",
    `${AT}?keyId=k&quality=720%70&token=t`,
    `${AT}?keyId=k&quality=720p&token=a+b`,
  ])("is not %s", (url) => {
    expect(parseKeyAddress(url)).toBeNull();
  });
});
