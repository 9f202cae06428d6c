import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { compileMultivariantPlaylist } from "./compile-multivariant-playlist.ts";

const STORED = `#EXTM3U
#EXT-X-VERSION:3
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=5000000,CODECS="avc1.640028,mp4a.40.2",CLOSED-CAPTIONS=NONE
1080p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=1400000,CODECS="avc1.64001f,mp4a.40.2",CLOSED-CAPTIONS=NONE
480p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=800000,CODECS="avc1.64001e,mp4a.40.2",CLOSED-CAPTIONS=NONE
360p/index.m3u8
`;

function compile(stored: string, allowed: readonly string[], uriOf?: (quality: string) => string) {
  const selection = { allowed: new Set(allowed), ...(uriOf && { uriOf }) };
  const compiled = compileMultivariantPlaylist(stored, selection);
  if (compiled.kind !== "compiled") throw new Error("nothing is left");
  return compiled.template;
}

describe("compiling a stored multivariant playlist", () => {
  it("shows the allowed qualities only, each URI with the token", () => {
    const expected = `#EXTM3U
#EXT-X-VERSION:3
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=1400000,CODECS="avc1.64001f,mp4a.40.2",CLOSED-CAPTIONS=NONE
480p/index.m3u8?token=a.b-c
#EXT-X-STREAM-INF:BANDWIDTH=800000,CODECS="avc1.64001e,mp4a.40.2",CLOSED-CAPTIONS=NONE
360p/index.m3u8?token=a.b-c
`;
    const template = compile(STORED, ["360p", "480p"]);
    expect(template.render("a.b-c")).toBe(expected);
    expect(gunzipSync(template.renderGzip("a.b-c")).toString()).toBe(expected);
  });

  it("gives each quality the URI of another route", () => {
    const uriOf = (quality: string) => `job1/${quality === "360p" ? "v3" : "v2"}/index.m3u8`;
    const served = compile(STORED, ["480p", "360p"], uriOf).render("x");
    const uris = served.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(uris).toEqual(["job1/v2/index.m3u8?token=x", "job1/v3/index.m3u8?token=x"]);
  });

  it("gives the token to its own renditions, with & after a query, and never to another host", () => {
    const stored = `#EXTM3U
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="Deutsch",URI="subtitles/de.m3u8?v=2"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="English",URI="https://other.example/en.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=800000,SUBTITLES="s"
360p/index.m3u8
`;
    expect(compile(stored, ["360p"]).render("x")).toBe(`#EXTM3U
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="Deutsch",URI="subtitles/de.m3u8?v=2&token=x"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="English",URI="https://other.example/en.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=800000,SUBTITLES="s"
360p/index.m3u8?token=x
`);
  });

  it("is empty, and no playlist, when nothing is allowed", () => {
    expect(compileMultivariantPlaylist(STORED, { allowed: new Set() })).toEqual({ kind: "empty" });
    expect(compileMultivariantPlaylist(STORED, { allowed: new Set(["720p"]) })).toEqual({ kind: "empty" });
  });

  it("throws for stored text that is no sound multivariant playlist", () => {
    const allowed = new Set(["360p"]);
    const dangling = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"\n360p/index.m3u8\n';
    expect(() => compileMultivariantPlaylist(dangling, { allowed })).toThrow('no AUDIO group "a"');
    expect(() => compileMultivariantPlaylist("#EXTM3U\n#EXT-X-ENDLIST\n", { allowed })).toThrow("media playlist");
    expect(() => compileMultivariantPlaylist("{}", { allowed })).toThrow("not-extm3u in line 1");
    expect(() => compileMultivariantPlaylist(STORED, { allowed, uriOf: () => "__TOKEN__/" })).toThrow(TypeError);
    const sound = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",URI="sound.m3u8"\n';
    const other = dangling.replace("#EXTM3U\n", `#EXTM3U\n${sound}`);
    expect(() => compileMultivariantPlaylist(other, { allowed, uriOf: (quality) => quality })).toThrow("no quality");
  });
});
