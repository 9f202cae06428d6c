import { describe, expect, it } from "vitest";
import { writeMediaPlaylist } from "../../../shared/hls/media-playlist.ts";
import { readClearPlaylist } from "./clear-playlist.ts";

const written = writeMediaPlaylist({
  segments: [
    { uri: "seg_00001.ts", durationSeconds: 6.006 },
    { uri: "seg_00002.ts", durationSeconds: 1.5 },
  ],
});

describe("a clear playlist", () => {
  it("returns the durations that were written", () => {
    expect(readClearPlaylist(written)).toEqual([6.006, 1.5]);
  });

  it.each([
    ["that is none", "no playlist"],
    ["without an end", written.replace("#EXT-X-ENDLIST\n", "")],
    ["without segments", "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-ENDLIST\n"],
    ["with a segment missing", written.replace("seg_00001.ts", "seg_00003.ts")],
    ["with segments from elsewhere", written.replace("seg_00001.ts", "https://elsewhere.example/seg_00001.ts")],
    ["with a segment of no length", written.replace("6.006000", "0.000000")],
  ])("is refused: %s", (_name, text) => {
    expect(() => readClearPlaylist(text)).toThrow("cannot be read");
  });
});
