import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convert } from "../../fixtures/media/convert.ts";
import { packetsOf, runFfmpeg } from "../../fixtures/media/generate-clip.ts";

/* Films of a few frames, none of which decodes. They are refused at once, since another attempt finds the same. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "undecodable-pictures-"));
});
afterAll(() => rm(folder, { recursive: true }));

const SOUND = ["-f", "lavfi", "-t", "2", "-i", "sine=frequency=440:sample_rate=48000"];

const X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"];
const X265 = ["-c:v", "libx265", "-preset", "ultrafast", "-c:a", "aac"];

const CLIPS = [
  ["one frame of H.264 in MP4", "one.mp4", 1, X264, "The file could not be converted: it is damaged"],
  ["two frames of MPEG-4 in QuickTime", "two.mov", 2, ["-c:v", "mpeg4"], "The picture (mpeg4) cannot be decoded."],
  ["three frames of HEVC in MP4", "three.mp4", 3, X265, "Only 0.00 s of 2.00 s could be decoded"],
] as const;

describe.runIf(process.env.LONG_TESTS === "1")("refuses a film of which no frame decodes", () => {
  it.each(CLIPS)("%s", async (_name, file, frames, encoder, reason) => {
    const path = join(folder, file);
    const picture = ["-f", "lavfi", "-i", `testsrc2=size=320x180:rate=25:duration=${frames / 25}`];
    await runFfmpeg([...picture, ...SOUND, "-pix_fmt", "yuv420p", ...encoder, path]);
    const packets = await packetsOf(path, 0);
    expect(packets).toHaveLength(frames);
    const bytes = await readFile(path);
    for (const { position, size } of packets) bytes.fill(0xa5, position, position + size);
    await writeFile(path, bytes);
    expect(await convert(path, folder)).toMatchObject({ kind: "refused", reason: expect.stringContaining(reason) });
  });
});
