import { describe, expect, it } from "vitest";
import { filterMultivariantPlaylist } from "./multivariant-filter.ts";
import { parsePlaylist } from "./parse.ts";
import { qualityOfVariantUri } from "./playlist-uri.ts";
import { stringifyPlaylist } from "./stringify.ts";

function filter(text: string, ...allowed: string[]) {
  const parsed = parsePlaylist(text);
  if (parsed.kind === "broken") throw new Error(parsed.fault);
  // I-frame playlists lie beside the media playlist of their quality.
  const qualityOf = (uri: string) => qualityOfVariantUri(uri.replace("iframes.m3u8", "index.m3u8"));
  const result = filterMultivariantPlaylist(parsed.playlist, { allowed: new Set(allowed), qualityOf });
  return result.kind === "filtered" ? stringifyPlaylist(result.playlist) : result;
}

const FULL = `#EXTM3U
#EXT-X-VERSION:4
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-VENDOR:kept

#EXT-X-SESSION-DATA:DATA-ID="com.example.title",VALUE="A title"
#EXT-X-SESSION-KEY:METHOD=AES-128,URI="/key?quality=1080p"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="low",NAME="English",URI="96k/index.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="high",NAME="English",URI="192k/index.m3u8"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="low",NAME="Deutsch",URI="subtitles/de.m3u8"
# the large one
#EXT-X-STREAM-INF:BANDWIDTH=5000000,CODECS="avc1.640028,mp4a.40.2",AUDIO="high",CLOSED-CAPTIONS=NONE
#EXT-X-VENDOR-BITS:of the variant
1080p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=800000,AUDIO="low",SUBTITLES="low",CLOSED-CAPTIONS=NONE
360p/index.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=300000,URI="1080p/iframes.m3u8"
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=80000,URI="360p/iframes.m3u8"
# the end
`;

describe("filtering a multivariant playlist", () => {
  it("keeps what an allowed quality needs, and leaves its lines as they were", () => {
    expect(filter(FULL, "360p", "96k")).toBe(`#EXTM3U
#EXT-X-VERSION:4
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-VENDOR:kept

#EXT-X-SESSION-DATA:DATA-ID="com.example.title",VALUE="A title"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="low",NAME="English",URI="96k/index.m3u8"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="low",NAME="Deutsch",URI="subtitles/de.m3u8"
# the large one
#EXT-X-STREAM-INF:BANDWIDTH=800000,AUDIO="low",SUBTITLES="low",CLOSED-CAPTIONS=NONE
360p/index.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=80000,URI="360p/iframes.m3u8"
# the end
`);
  });

  it("drops session keys even when everything is allowed", () => {
    const everything = filter(FULL, "1080p", "360p", "192k", "96k");
    expect(everything).toBe(FULL.replace(/#EXT-X-SESSION-KEY.*\n/, ""));
  });

  it("does the same with CRLF and without a final newline", () => {
    const crlf = FULL.trimEnd().replaceAll("\n", "\r\n");
    const expected = (filter(FULL, "360p", "96k") as string).trimEnd().replaceAll("\n", "\r\n");
    expect(filter(crlf, "360p", "96k")).toBe(expected);
  });

  it("drops a variant whose only sound is not allowed, and with the last one everything", () => {
    expect(filter(FULL, "1080p", "360p", "192k")).not.toContain("360p/index.m3u8");
    expect(filter(FULL, "360p")).toEqual({ kind: "empty" });
  });

  it.each([[[]], [["720p"]], [["96k"]]])("is empty when no variant is allowed: %j", (allowed) => {
    expect(filter(FULL, ...allowed)).toEqual({ kind: "empty" });
  });

  it("is empty when only I-frames are left", () => {
    const text =
      '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nother.m3u8\n#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="360p/iframes.m3u8"\n';
    expect(filter(text, "360p")).toEqual({ kind: "empty" });
  });

  it("never keeps a variant whose quality is not known", () => {
    const text =
      "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=2\nhttps://other.example/360p/index.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=1\n360p/index.m3u8\n";
    expect(filter(text, "360p")).toBe("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n360p/index.m3u8\n");
  });

  it("keeps the allowed renditions of a group that has others, too", () => {
    const text = `#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="1",URI="96k/index.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="2",URI="192k/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"
360p/index.m3u8
`;
    expect(filter(text, "360p", "96k")).toBe(text.replace(/.*192k.*\n/, ""));
  });

  it("says which group a variant names in vain; one of another type does not count", () => {
    const text = `#EXTM3U
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="a",NAME="1",URI="subtitles/en.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"
360p/index.m3u8
`;
    expect(filter(text, "360p")).toEqual({ kind: "missing-group", type: "AUDIO", groupId: "a" });
  });

  it("throws for a media playlist", () => {
    expect(() => filter("#EXTM3U\n#EXT-X-TARGETDURATION:6\n", "360p")).toThrow(TypeError);
  });
});
