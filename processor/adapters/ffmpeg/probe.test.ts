import { mkdtemp, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { generateClip, runFfmpeg } from "../../../test/fixtures/media/generate-clip.ts";
import { MEDIA_TOOLS as tools } from "../../../test/fixtures/media/media-tools.ts";
import { probe } from "./probe.ts";

vi.setConfig({ testTimeout: 60_000 });

const signal = new AbortController().signal;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "probe-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a probe refuses a source", () => {
  const reason = async (sourcePath: string) => {
    const result = await probe({ sourcePath, tools, signal });
    return result.kind === "refused" ? result.reason : null;
  };

  it("refuses a file that only points at other files", async () => {
    const decoy = join(folder, "decoy.mp4");
    await generateClip({ path: join(folder, "other.mp4"), seconds: 1, frameRate: "25", size: "160x120", sound: false });
    for (const text of [
      `ffconcat version 1.0\nfile '${folder}/other.mp4'\n`,
      `#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n${folder}/other.mp4\n#EXT-X-ENDLIST\n`,
    ]) {
      await writeFile(decoy, text);
      expect(await reason(decoy)).toMatch(/^The file could not be read as video or audio/);
    }
  });

  it("refuses a file that is no media", async () => {
    const text = join(folder, "text.mp4");
    await writeFile(text, "hello");
    expect(await reason(text)).toMatch(/^The file could not be read as video or audio/);
  });

  it("refuses a file that was cut off", async () => {
    const whole = join(folder, "whole.mp4");
    const fast = join(folder, "fast.mp4");
    await generateClip({ path: whole, seconds: 8, frameRate: "25", size: "320x240", sound: true });
    await runFfmpeg(["-i", whole, "-c", "copy", "-movflags", "+faststart", fast]);
    await truncate(fast, Math.floor((await stat(fast)).size / 2));
    expect(await reason(fast)).toBe("The file is incomplete: 4.0 of 8.0 seconds are there. Upload it again.");
  });
});

it("reads the length from packets and not from headers: a stream of MediaRecorder's kind has no duration", async () => {
  const whole = join(folder, "whole.webm");
  const clip = ["-f", "lavfi", "-t", "3", "-i", "testsrc2=size=160x120:rate=25", "-c:v", "libvpx"];
  await runFfmpeg([...clip, "-f", "webm", "-live", "1", whole]);
  const result = await probe({ sourcePath: whole, tools, signal });
  expect(result).toMatchObject({ kind: "facts", facts: { video: { frames: 75 }, audio: null } });
  expect(result.kind === "facts" && result.facts.video?.endSeconds).toBeCloseTo(3, 2);
});

it("throws when ffprobe or the source is missing, which is no fault of the content", async () => {
  const sourcePath = join(folder, "any.mp4");
  await expect(probe({ sourcePath, tools, signal })).rejects.toThrow(/^ENOENT/);
  await writeFile(sourcePath, "hello");
  await expect(probe({ sourcePath, tools: { ...tools, ffprobe: "/nowhere/ffprobe" }, signal })).rejects.toThrow();
});
