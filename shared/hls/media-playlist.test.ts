import { describe, expect, it } from "vitest";
import { targetDurationOf, writeMediaPlaylist } from "./media-playlist.ts";

const segmentsOf = (...durations: number[]) =>
  durations.map((durationSeconds, index) => ({ uri: `seg_0000${index + 1}.ts`, durationSeconds }));

describe("writing a media playlist", () => {
  it("names the key once, without an IV, before the first segment", () => {
    const key = { uri: "/video/enc/key?keyId=k1&quality=1080p&token=__TOKEN__" };
    expect(writeMediaPlaylist({ segments: segmentsOf(6.006, 6.006, 1.4347), key })).toBe(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:6
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-KEY:METHOD=AES-128,URI="/video/enc/key?keyId=k1&quality=1080p&token=__TOKEN__"
#EXTINF:6.006000,
seg_00001.ts
#EXTINF:6.006000,
seg_00002.ts
#EXTINF:1.434700,
seg_00003.ts
#EXT-X-ENDLIST
`);
  });

  it("has no key line for clear segments, and at least the requested target duration", () => {
    expect(writeMediaPlaylist({ segments: segmentsOf(0.04), minimumTargetDuration: 7 })).toBe(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:7
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-INDEPENDENT-SEGMENTS
#EXTINF:0.040000,
seg_00001.ts
#EXT-X-ENDLIST
`);
  });

  it("does not let a smaller minimum shorten the target duration", () => {
    expect(writeMediaPlaylist({ segments: segmentsOf(8.5), minimumTargetDuration: 6 })).toContain("TARGETDURATION:9\n");
  });

  it.each([
    ["nothing", []],
    ["a segment without duration", segmentsOf(0)],
    ["a duration that is written as zero", segmentsOf(1e-7)],
    ["a negative duration", segmentsOf(-6)],
    ["an endless one", segmentsOf(Number.POSITIVE_INFINITY)],
    ["a NaN", segmentsOf(Number.NaN)],
    ["a line break in a name", [{ uri: "a.ts\nb.ts", durationSeconds: 6 }]],
  ])("refuses %s", (_, segments) => {
    expect(() => writeMediaPlaylist({ segments })).toThrow(TypeError);
  });

  it("refuses a key URI that would leave its quotes, and a minimum that is not whole", () => {
    const segments = segmentsOf(6);
    expect(() => writeMediaPlaylist({ segments, key: { uri: 'k",IV=0x0,X="' } })).toThrow(TypeError);
    expect(() => writeMediaPlaylist({ segments, minimumTargetDuration: 6.5 })).toThrow(TypeError);
  });
});

describe("a target duration", () => {
  it.each([
    [[0.04], 1],
    [[0.5, 1.49], 1],
    [[6.006], 6],
    [[6, 6.4999994], 6],
    // Written as 6.500000, which a reader rounds up.
    [[6, 6.4999996], 7],
    [[2, 8.709], 9],
  ])("is, for segments of %j s, %i", (durations, target) => {
    expect(targetDurationOf(segmentsOf(...durations))).toBe(target);
  });
});
