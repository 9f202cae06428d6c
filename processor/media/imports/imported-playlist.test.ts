import { describe, expect, it } from "vitest";
import { commonDuration, readImportedPlaylist, writeImportedPlaylist } from "./imported-playlist.ts";

const KEY = '#EXT-X-KEY:METHOD=AES-128,URI="k"';
const playlist = (...lines: string[]) => `#EXTM3U\n#EXT-X-TARGETDURATION:6\n${lines.join("\n")}\n`;
const whole = (...lines: string[]) => playlist(...lines, "#EXT-X-ENDLIST");

function ivs(text: string): (string | null)[] {
  const read = readImportedPlaylist(text);
  if (read.kind === "refused") throw new Error(read.reason);
  return read.segments.map(({ iv }) => (iv === null ? null : Buffer.from(iv).toString("hex")));
}

const zeros = (last: string) => last.padStart(32, "0");

describe("an imported playlist", () => {
  it("returns its segments with their durations, in order", () => {
    const read = readImportedPlaylist(whole(KEY, "#EXTINF:6.006,a title", "a.ts", "#EXTINF:2", "b.ts?sig=1"));
    expect(read).toMatchObject({
      kind: "read",
      encrypted: true,
      segments: [
        { uri: "a.ts", durationSeconds: 6.006 },
        { uri: "b.ts?sig=1", durationSeconds: 2 },
      ],
    });
  });

  it("has the media sequence number as IV where it names none, from wherever it begins", () => {
    const segments = ["#EXTINF:6,", "a.ts", "#EXTINF:6,", "b.ts"];
    expect(ivs(whole(KEY, ...segments))).toEqual([zeros("0"), zeros("1")]);
    expect(ivs(whole("#EXT-X-MEDIA-SEQUENCE:255", KEY, ...segments))).toEqual([zeros("ff"), zeros("100")]);
  });

  it("has the IV that it names, for every segment until it names another", () => {
    const constant = `${KEY},IV=0x000102030405060708090A0B0C0D0E0F`;
    const short = `${KEY},IV=0Xff`;
    const lines = [constant, "#EXTINF:6,", "a.ts", "#EXTINF:6,", "b.ts", short, "#EXTINF:6,", "c.ts"];
    expect(ivs(whole(...lines))).toEqual([
      "000102030405060708090a0b0c0d0e0f",
      "000102030405060708090a0b0c0d0e0f",
      zeros("ff"),
    ]);
  });

  it("uses the sequence number again after a key without an IV", () => {
    expect(ivs(whole(`${KEY},IV=0x1`, "#EXTINF:6,", "a.ts", KEY, "#EXTINF:6,", "b.ts"))).toEqual([
      zeros("1"),
      zeros("1"),
    ]);
    expect(ivs(whole(`${KEY},IV=0x9`, "#EXTINF:6,", "a.ts", KEY, "#EXTINF:6,", "b.ts"))).toEqual([
      zeros("9"),
      zeros("1"),
    ]);
  });

  it("has no IV for clear segments, with METHOD=NONE or without", () => {
    expect(ivs(whole("#EXTINF:6,", "a.ts"))).toEqual([null]);
    expect(ivs(whole("#EXT-X-KEY:METHOD=NONE", "#EXTINF:6,", "a.ts"))).toEqual([null]);
  });

  it("may have unknown tags, CRLF, a KEYFORMAT of identity, and a discontinuity before its first segment", () => {
    const lines = ["#EXT-X-DISCONTINUITY", "#EXT-X-MADE-UP:1", `${KEY},KEYFORMAT="identity"`, "#EXTINF:6,", "a.ts"];
    expect(ivs(whole(...lines).replaceAll("\n", "\r\n"))).toEqual([zeros("0")]);
  });

  const segment = ["#EXTINF:6,", "a.ts"];
  it.each([
    ["no playlist at all", "<html>", /is not valid HLS: line 1, not-extm3u/],
    ["a key without quotes that end", whole('#EXT-X-KEY:METHOD=AES-128,URI="k', ...segment), /unterminated-quote/],
    ["a multivariant playlist", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n", /multivariant playlist/],
    ["a stream without an end", playlist(KEY, ...segment), /no EXT-X-ENDLIST/],
    ["nothing", whole(KEY), /has no segments/],
    ["fragmented MP4", whole('#EXT-X-MAP:URI="init.mp4"', KEY, ...segment), /fragmented MP4/],
    ["byte ranges", whole(KEY, "#EXTINF:6,", "#EXT-X-BYTERANGE:10@0", "a.ts"), /EXT-X-BYTERANGE/],
    ["trick play", whole("#EXT-X-I-FRAMES-ONLY", KEY, ...segment), /trick-play/],
    ["gaps", whole(KEY, "#EXTINF:6,", "#EXT-X-GAP", "a.ts"), /gaps/],
    ["discontinuities", whole(KEY, ...segment, "#EXT-X-DISCONTINUITY", ...segment), /EXT-X-DISCONTINUITY/],
    ["SAMPLE-AES", whole('#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k"', ...segment), /encrypted by SAMPLE-AES/],
    ["a DRM", whole(`${KEY},KEYFORMAT="com.apple.streamingkeydelivery"`, ...segment), /DRM system/],
    ["an IV that is none", whole(`${KEY},IV=17`, ...segment), /IV that is not 16 bytes/],
    ["an IV of 17 bytes", whole(`${KEY},IV=0x${"0".repeat(34)}`, ...segment), /IV that is not 16 bytes/],
    ["two keys", whole(KEY, ...segment, '#EXT-X-KEY:METHOD=AES-128,URI="k2"', ...segment), /more than one key/],
    ["clear segments among others", whole(...segment, KEY, ...segment), /clear segments among encrypted/],
    [
      "clear segments after others",
      whole(KEY, ...segment, "#EXT-X-KEY:METHOD=NONE", ...segment),
      /clear segments among/,
    ],
    ["a segment without a length", whole(KEY, "#EXTINF:0,", "a.ts"), /no duration of its segment 1/],
    ["a segment of no known length", whole(KEY, "#EXTINF:long,", "a.ts"), /no duration of its segment 1/],
    [
      "a sequence that counts from below 0",
      whole("#EXT-X-MEDIA-SEQUENCE:-1", KEY, ...segment),
      /media sequence number/,
    ],
  ])("is refused with %s, and names the reason", (_, text, reason) => {
    expect(readImportedPlaylist(text)).toEqual({ kind: "refused", reason: expect.stringMatching(reason) });
  });

  it("reads the same after it is written, with every IV named", () => {
    const segments = [
      { durationSeconds: 6.006, iv: new Uint8Array(16).fill(1) },
      { durationSeconds: 2.5, iv: new Uint8Array(16).fill(2) },
    ];
    const text = writeImportedPlaylist(segments);
    expect(text).toBe(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:6
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-KEY:METHOD=AES-128,URI="single-key",IV=0x01010101010101010101010101010101
#EXTINF:6.006000,
seg_00001.ts
#EXT-X-KEY:METHOD=AES-128,URI="single-key",IV=0x02020202020202020202020202020202
#EXTINF:2.500000,
seg_00002.ts
#EXT-X-ENDLIST
`);
    const named = segments.map((each, index) => ({ ...each, uri: `seg_0000${index + 1}.ts` }));
    expect(readImportedPlaylist(text)).toEqual({ kind: "read", encrypted: true, segments: named });
    expect(ivs(writeImportedPlaylist([{ durationSeconds: 1, iv: null }]))).toEqual([null]);
  });
});

describe("the renditions of one video", () => {
  const lasting = (...seconds: number[]) => ({ segments: seconds.map((durationSeconds) => ({ durationSeconds })) });

  it("last as long as the longest, and may be cut at other places", () => {
    expect(commonDuration([lasting(6, 6, 2), lasting(10, 4.4)])).toBeCloseTo(14.4, 9);
  });

  it("are of two videos when they are more than half a second apart", () => {
    expect(commonDuration([lasting(6, 6), lasting(6, 5.4)])).toBeNull();
  });
});
