import { describe, expect, it } from "vitest";
import { type VariantFacts, writeMultivariantPlaylist } from "./multivariant-playlist.ts";

const HD: VariantFacts = {
  quality: "1080p",
  uri: "1080p/index.m3u8",
  peakBandwidth: 5_412_345,
  averageBandwidth: 4_398_765,
  codecs: "avc1.640028,mp4a.40.2",
  width: 1920,
  height: 1080,
  frameRate: { numerator: 30_000, denominator: 1001 },
};
const SD: VariantFacts = {
  quality: "360p",
  uri: "360p/index.m3u8",
  peakBandwidth: 812_000,
  averageBandwidth: 700_001,
  codecs: "avc1.64001e",
  width: 202,
  height: 360,
  frameRate: { numerator: 25, denominator: 1 },
};
const SOUND: VariantFacts = {
  quality: "128k",
  uri: "128k/index.m3u8",
  peakBandwidth: 141_000,
  averageBandwidth: 139_500,
  codecs: "mp4a.40.2",
  width: null,
  height: null,
  frameRate: null,
};

describe("writing a multivariant playlist", () => {
  it("states every measured fact, in the order given", () => {
    expect(writeMultivariantPlaylist({ variants: [HD, SD] })).toBe(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=5412345,AVERAGE-BANDWIDTH=4398765,CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1920x1080,FRAME-RATE=29.970,CLOSED-CAPTIONS=NONE
1080p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=812000,AVERAGE-BANDWIDTH=700001,CODECS="avc1.64001e",RESOLUTION=202x360,FRAME-RATE=25.000,CLOSED-CAPTIONS=NONE
360p/index.m3u8
`);
  });

  it("says nothing of pictures where there is only sound", () => {
    expect(writeMultivariantPlaylist({ variants: [SOUND] })).toBe(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=141000,AVERAGE-BANDWIDTH=139500,CODECS="mp4a.40.2"
128k/index.m3u8
`);
  });

  it("denies captions at all variants or at none (RFC 8216 4.3.4.2)", () => {
    const text = writeMultivariantPlaylist({ variants: [SD, SOUND] });
    expect(text.match(/CLOSED-CAPTIONS=NONE/g)).toHaveLength(2);
  });

  it.each<[string, Partial<VariantFacts>]>([
    ["a line break in a URI", { uri: "1080p/index.m3u8\n#EXT-X-ENDLIST" }],
    ["a carriage return in a URI", { uri: "1080p\r/index.m3u8" }],
    ["a space in a URI", { uri: "1080p/my index.m3u8" }],
    ["an empty URI", { uri: "" }],
    ["a URI that reads as a comment", { uri: "#1080p" }],
    ["a quote in CODECS", { codecs: 'avc1.640028",AUDIO="x' }],
    ["empty CODECS", { codecs: "" }],
    ["a BOM", { codecs: "\uFEFFavc1.640028" }],
    ["text that is not NFC", { uri: "e\u0301/index.m3u8" }],
    ["no peak", { peakBandwidth: 0 }],
    ["half bits", { averageBandwidth: 0.5 }],
    ["a NaN", { peakBandwidth: Number.NaN }],
    ["half a resolution", { height: null }],
    ["no width", { width: 0 }],
    ["a frame rate without a denominator", { frameRate: { numerator: 30, denominator: 0 } }],
  ])("refuses %s", (_, wrong) => {
    expect(() => writeMultivariantPlaylist({ variants: [{ ...HD, ...wrong }] })).toThrow(TypeError);
  });

  it("refuses an empty ladder", () => {
    expect(() => writeMultivariantPlaylist({ variants: [] })).toThrow(TypeError);
  });
});
