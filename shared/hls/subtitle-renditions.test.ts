import { describe, expect, it } from "vitest";
import { parsePlaylist } from "./parse.ts";
import { stringifyPlaylist } from "./stringify.ts";
import { type SubtitleRendition, withSubtitles } from "./subtitle-renditions.ts";

const MASTER = `#EXTM3U
#EXT-X-VERSION:3
#EXT-X-UNKNOWN:stays
#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="a,b"
480p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=2
360p/index.m3u8
`;

function playlist(text: string) {
  const parsed = parsePlaylist(text);
  if (parsed.kind === "broken") throw new Error(parsed.fault);
  return parsed.playlist;
}

const rendition = (more: Partial<SubtitleRendition> = {}): SubtitleRendition => ({
  ...{ name: "English", language: "en", isDefault: false, isForced: false, characteristics: [], uri: "t/index.m3u8" },
  ...more,
});

describe("withSubtitles", () => {
  it("leaves a playlist without captions as it is", () => {
    expect(stringifyPlaylist(withSubtitles(playlist(MASTER), []))).toBe(MASTER);
  });

  it("adds the renditions before the first variant, and their group to each", () => {
    const text = stringifyPlaylist(withSubtitles(playlist(MASTER), [rendition()]));
    expect(text).toBe(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-UNKNOWN:stays
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="t/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="a,b",SUBTITLES="subs"
480p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=2,SUBTITLES="subs"
360p/index.m3u8
`);
  });

  it.each([
    ["the first of equal ones", [{}, { name: "B" }], ["YES", "NO"]],
    ["the default of equal ones", [{}, { name: "B", isDefault: true }], ["NO", "YES"]],
    ["those of different languages", [{}, { name: "B", language: "de" }], ["YES", "YES"]],
    ["forced beside full ones", [{}, { name: "B", isForced: true }], ["YES", "YES"]],
    ["those with other characteristics", [{}, { name: "B", characteristics: ["a.b"] }], ["YES", "YES"]],
  ])("lets players select %s by themselves", (_, some, expected) => {
    const text = stringifyPlaylist(withSubtitles(playlist(MASTER), some.map(rendition)));
    expect([...text.matchAll(/AUTOSELECT=(\w+)/g)].map(([, word]) => word)).toEqual(expected);
  });

  it("throws for values that cannot stand in a playlist, and for a media playlist", () => {
    for (const wrong of [
      { name: 'a"b' },
      { name: "a\nb" },
      { uri: "" },
      { language: "e\u0301" },
      { characteristics: ['"'] },
    ]) {
      expect(() => withSubtitles(playlist(MASTER), [rendition(wrong)])).toThrow(TypeError);
    }
    expect(() => withSubtitles(playlist("#EXTM3U\n#EXTINF:1,\na.ts\n"), [rendition()])).toThrow(TypeError);
    const taken = MASTER.replace("BANDWIDTH=1", 'BANDWIDTH=1,SUBTITLES="other"');
    expect(() => withSubtitles(playlist(taken), [rendition()])).toThrow(TypeError);
  });
});
