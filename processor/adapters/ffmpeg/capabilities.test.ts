import { describe, expect, it } from "vitest";
import { MEDIA_TOOLS } from "../../../test/fixtures/media/media-tools.ts";
import { inspectFfmpeg, parseDecoders, versionFlags } from "./capabilities.ts";

describe("what ffmpeg can do", () => {
  it("depends on its version", () => {
    expect(versionFlags("5.1.9-0+deb12u1")).toEqual({ fpsMode: true, statsPeriod: true, sinkGraphs: true });
    expect(versionFlags("n7.0")).toEqual({ fpsMode: true, statsPeriod: true, sinkGraphs: false });
    expect(versionFlags("4.4.2")).toEqual({ fpsMode: false, statsPeriod: true, sinkGraphs: true });
    expect(versionFlags("N-92718-g092cb17983")).toEqual({ fpsMode: false, statsPeriod: false, sinkGraphs: false });
  });

  it("is read from its list of codecs: those with a decoder", () => {
    const list = " DEV.LS h264   H.264\n D.A.L. atrac1  Atrac 1\n ..A.L. ac4    AC-4\n DES... subrip  SubRip\n";
    expect([...parseDecoders(list)]).toEqual(["h264", "atrac1", "subrip"]);
  });

  it("includes what the ladder needs", async () => {
    const capabilities = await inspectFfmpeg(MEDIA_TOOLS.ffmpeg);
    expect(capabilities.encodesLadder).toBe(true);
    expect(capabilities.decoders.has("h264")).toBe(true);
  });

  it("is determined again after a path was wrong", async () => {
    await expect(inspectFfmpeg("/nowhere/ffmpeg")).rejects.toThrow(/set FFMPEG_PATH/);
    await expect(inspectFfmpeg("/nowhere/ffmpeg")).rejects.toThrow(/set FFMPEG_PATH/);
  });
});
