import { describe, expect, it } from "vitest";
import { parsePlaylist } from "./parse.ts";
import { rewriteUris } from "./rewrite-uris.ts";
import { stringifyPlaylist } from "./stringify.ts";

function playlistOf(text: string) {
  const parsed = parsePlaylist(text);
  if (parsed.kind === "broken") throw new Error(parsed.fault);
  return parsed.playlist;
}

const MEDIA = [
  "#EXTM3U",
  "#EXT-X-TARGETDURATION:6",
  '#EXT-X-KEY:METHOD=AES-128,URI="key?a=1,2",IV=0x0f',
  '#EXT-X-MAP:URI="init.mp4",BYTERANGE="718@0"',
  '#EXT-X-VENDOR:URI="vendor"',
  '#EXT-X-DATERANGE:ID="x",START-DATE="2026-01-01T00:00:00Z",X-URI="theirs"',
  "# not/a/uri.ts",
  "#EXTINF:6,",
  "seg_00001.ts",
  "#EXT-X-ENDLIST",
].join("\r\n");

describe("rewriting the URIs of a playlist", () => {
  it("changes the URIs of lines and of known tags, and nothing else", () => {
    const seen: string[] = [];
    const rewritten = rewriteUris(playlistOf(MEDIA), (uri, place) => {
      seen.push(`${place} ${uri}`);
      return `new/${uri}`;
    });
    expect(seen).toEqual(["EXT-X-KEY key?a=1,2", "EXT-X-MAP init.mp4", "line seg_00001.ts"]);
    expect(stringifyPlaylist(rewritten)).toBe(
      MEDIA.replace('"key?', '"new/key?').replace('"init', '"new/init').replace("seg_0", "new/seg_0"),
    );
  });

  it("changes nothing if no URI changes", () => {
    expect(stringifyPlaylist(rewriteUris(playlistOf(MEDIA), (uri) => uri))).toBe(MEDIA);
  });

  it.each(['a"b', "a\nb", "a b", "#a", "", "e\u0301"])("refuses to write %j", (uri) => {
    expect(() => rewriteUris(playlistOf(MEDIA), () => uri)).toThrow(TypeError);
  });
});
