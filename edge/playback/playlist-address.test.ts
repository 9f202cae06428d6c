import { describe, expect, it } from "vitest";
import { parsePlaylistAddress } from "./playlist-address.ts";

const AT = "https://video.example/video/enc/videoResource/0190-post/3";

describe("the address of a playlist", () => {
  it("is that of the multivariant playlist, or of one rendition", () => {
    expect(parsePlaylistAddress(`${AT}/master.m3u8?token=a.b-c_d`)).toEqual({
      videoPostId: "0190-post",
      fileIndex: "3",
      rendition: null,
      token: "a.b-c_d",
    });
    expect(parsePlaylistAddress(`${AT}/1080p/index.m3u8?x=1&token=t&token=u#at`)).toMatchObject({
      rendition: "1080p",
      token: "t",
    });
  });

  it.each([
    ["none", `${AT}/master.m3u8`, undefined],
    ["an empty one", `${AT}/master.m3u8?token=`, ""],
    ["escapes that it did not need", `${AT}/master.m3u8?token=a%2Eb`, "a.b"],
    ["escapes that cannot be read", `${AT}/master.m3u8?token=a%ZZ`, "a%ZZ"],
    ["another name that ends like it", `${AT}/master.m3u8?mytoken=a`, undefined],
    ["one behind the fragment, which is none", `${AT}/master.m3u8#?token=a`, undefined],
  ])("has a token or not: %s", (_name, url, token) => {
    expect(parsePlaylistAddress(url)?.token).toBe(token);
  });

  it.each([
    "https://video.example/healthz",
    "https://video.example/video/enc/videoResource/p/0/master.m3u8x",
    "https://video.example/video/enc/videoResource/p/0/index.m3u8",
    "https://video.example/video/enc/videoResource/p/-1/master.m3u8",
    "https://video.example/video/enc/videoResource/p/q/0/1080p/index.m3u8",
    "https://video.example/x?y=/video/enc/videoResource/p/0/master.m3u8",
    "https://video.example/x/video/enc/videoResource/p/0/master.m3u8",
    "https://video.example/video/enc/videoResource/p/0/10%380p/index.m3u8",
  ])("is not %s", (url) => {
    expect(parsePlaylistAddress(url)).toBeNull();
  });
});
