import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { MEDIA_TOOLS } from "../../../test/fixtures/media/media-tools.ts";
import { canToneMap, inspectFfmpeg, parseDecoders, parseEncoders, versionFlags } from "./capabilities.ts";

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

  it("is read from its list of codecs: the encoders of those with one", () => {
    const aac = " DEAIL. aac    AAC (Advanced Audio Coding) (decoders: aac aac_fixed )\n";
    const h264 = " DEV.LS h264   H.264 (decoders: h264 h264_qsv ) (encoders: libx264 libx264rgb )\n";
    const others = " DEAIL. mp3    MP3 (encoders: libmp3lame )\n D.A.L. atrac1  Atrac 1\n DES... subrip  SubRip\n";
    expect([...parseEncoders(aac + h264 + others)]).toEqual(["aac", "libx264", "libx264rgb", "libmp3lame", "subrip"]);
    expect(parseEncoders(" DEAIL. aac    AAC (encoders: libfdk_aac )\n").has("aac")).toBe(false);
  });

  it("includes what the ladder needs", async () => {
    const capabilities = await inspectFfmpeg(MEDIA_TOOLS.ffmpeg);
    expect(capabilities.version).toMatch(/\d/);
    expect(capabilities.encodesLadder).toBe(true);
    expect(capabilities.decoders.has("h264")).toBe(true);
  });

  it("takes one call to learn, and another one for HDR when it is needed, once each", async () => {
    const folder = await mkdtemp(join(tmpdir(), "capabilities-"));
    const [ffmpeg, calls] = [join(folder, "ffmpeg"), join(folder, "calls")];
    await writeFile(ffmpeg, `#!/bin/sh\necho "$@" >> '${calls}'\nexec ${MEDIA_TOOLS.ffmpeg} "$@"\n`, { mode: 0o755 });
    const called = async () => (await readFile(calls, "utf8")).trim().split("\n");
    await inspectFfmpeg(ffmpeg);
    await inspectFfmpeg(ffmpeg);
    expect(await called()).toEqual(["-codecs"]);
    const { stdout } = await promisify(execFile)(MEDIA_TOOLS.ffmpeg, ["-v", "error", "-filters"]);
    expect(await canToneMap(ffmpeg)).toBe(/ zscale /.test(stdout) && / tonemap /.test(stdout));
    await canToneMap(ffmpeg);
    expect(await called()).toEqual(["-codecs", "-filters"]);
    await rm(folder, { recursive: true });
  });

  it("is determined again after a path was wrong", async () => {
    await expect(inspectFfmpeg("/nowhere/ffmpeg")).rejects.toThrow(/set FFMPEG_PATH/);
    await expect(inspectFfmpeg("/nowhere/ffmpeg")).rejects.toThrow(/set FFMPEG_PATH/);
  });
});
