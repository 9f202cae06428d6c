import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { compileMediaPlaylist } from "./compile-media-playlist.ts";

const STORED = `#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:6
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-KEY:METHOD=AES-128,URI="/video/enc/key?keyId=k1&quality=1080p&token=__TOKEN__"
#EXTINF:6.000000,
seg_00001.ts
#EXTINF:2.040000,
seg_00002.ts
#EXT-X-ENDLIST
`;

describe("compiling a stored media playlist", () => {
  it("puts segments under their base and the token into the key URI", () => {
    const base = "/video/enc/segments/%E9%9B%AA/job1/enc/k1-c1/1080p/";
    const expected = `#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:6
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-KEY:METHOD=AES-128,URI="/video/enc/key?keyId=k1&quality=1080p&token=a.b-c"
#EXTINF:6.000000,
/video/enc/segments/%E9%9B%AA/job1/enc/k1-c1/1080p/seg_00001.ts
#EXTINF:2.040000,
/video/enc/segments/%E9%9B%AA/job1/enc/k1-c1/1080p/seg_00002.ts
#EXT-X-ENDLIST
`;
    const template = compileMediaPlaylist(STORED, base);
    expect(template.render("a.b-c")).toBe(expected);
    expect(gunzipSync(template.renderGzip("a.b-c")).toString()).toBe(expected);
  });

  it("takes another host for the base", () => {
    const text = compileMediaPlaylist(STORED, "https://cdn.example/t/1080p/").render("x");
    expect(text).toContain("\nhttps://cdn.example/t/1080p/seg_00001.ts\n");
    expect(text).toContain('URI="/video/enc/key?keyId=k1&quality=1080p&token=x"');
  });

  it("leaves URIs that are not relative alone, and prefixes an EXT-X-MAP", () => {
    const stored =
      '#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:6,\nhttps://a.example/s.ts\n#EXTINF:6,\n/s.ts\n';
    expect(compileMediaPlaylist(stored, "/base/").render("x")).toBe(
      '#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MAP:URI="/base/init.mp4"\n#EXTINF:6,\nhttps://a.example/s.ts\n#EXTINF:6,\n/s.ts\n',
    );
  });

  it("refuses a base that would carry the token to the segments, or glue names together", () => {
    expect(() => compileMediaPlaylist(STORED, "/a/__TOKEN__/")).toThrow(TypeError);
    expect(() => compileMediaPlaylist(STORED, "/a")).toThrow(TypeError);
    expect(() => compileMediaPlaylist(STORED, "/a b/")).toThrow(TypeError);
  });

  it("throws for stored text that is no media playlist", () => {
    expect(() => compileMediaPlaylist("<html>", "/a/")).toThrow("not-extm3u in line 1");
    expect(() => compileMediaPlaylist("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n", "/a/")).toThrow(
      "multivariant",
    );
  });
});
