import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convert } from "../../fixtures/media/convert.ts";
import { packetsOf, runFfmpeg } from "../../fixtures/media/generate-clip.ts";

/* Sound of which packets are there that no decoder takes. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lost-sound-"));
});
afterAll(() => rm(folder, { recursive: true }));

const SECONDS = 3;
const PICTURE = ["-f", "lavfi", "-t", String(SECONDS), "-i", "testsrc2=size=320x180:rate=25"];
const TONE = ["-f", "lavfi", "-t", String(SECONDS), "-i", "sine=sample_rate=48000"];
const H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];

/** A film whose packets of sound hold zeros between these shares of the track. */
async function damagedFilm(name: string, codec: readonly string[], from: number, to: number): Promise<string> {
  const path = join(folder, name);
  await runFfmpeg([...PICTURE, ...TONE, ...H264, "-ac", "2", ...codec, path]);
  const packets = await packetsOf(path, 1);
  const bytes = await readFile(path);
  for (const { position, size } of packets.slice(packets.length * from, packets.length * to)) {
    // Matroska names the place of a block, which begins with a header.
    const start = name.endsWith(".mkv") ? position + MATROSKA_BLOCK_HEADER : position;
    bytes.fill(0, start, position + size);
  }
  await writeFile(path, bytes);
  return path;
}

const MATROSKA_BLOCK_HEADER = 16;

async function warningsOf(path: string): Promise<readonly string[]> {
  const result = await convert(path, folder, { measured: false });
  if (result.kind === "refused") throw new Error(result.reason);
  return result.warnings;
}

const lost = (seconds: string) => `About ${seconds} s of 3.0 s of the sound could not be decoded: it is silent there.`;

describe("sound that is lost to damage", () => {
  it("is reported: AAC in MP4", async () => {
    const path = await damagedFilm("film.mp4", ["-c:a", "aac"], 1 / 3, 2 / 3);
    expect(await warningsOf(path)).toEqual([lost("1.0")]);
  });

  it.skipIf(process.env.LONG_TESTS !== "1").each([
    ["FLAC in Matroska", "film.mkv", ["-c:a", "flac"], 1 / 3, 2 / 3, ["1.0"]],
    ["AC-3 in MP4", "ac3.mp4", ["-c:a", "ac3"], 1 / 3, 2 / 3, ["1.0"]],
    ["MP3 in MP4", "mp3.mp4", ["-c:a", "libmp3lame"], 1 / 3, 2 / 3, ["1.0"]],
    ["AAC in MP4, at the start", "first.mp4", ["-c:a", "aac"], 0, 1 / 3, ["1.0"]],
    ["AAC in MP4, at the end", "last.mp4", ["-c:a", "aac"], 2 / 3, 1, ["1.0"]],
    ["nothing of a few frames of AAC", "few.mp4", ["-c:a", "aac"], 0.5, 0.53, []],
  ] as const)("is reported: %s", async (_name, file, codec, from, to, seconds) => {
    expect(await warningsOf(await damagedFilm(file, codec, from, to))).toEqual(seconds.map(lost));
  });

  it.skipIf(process.env.LONG_TESTS !== "1")("is reported where a decoder makes up what is missing: AC-3", async () => {
    const path = await damagedFilm("ac3.mkv", ["-c:a", "ac3"], 1 / 3, 2 / 3);
    expect(await warningsOf(path)).toEqual([
      "About 1.0 s of 3.0 s of the sound is damaged: it may be distorted there.",
    ]);
  });

  it.skipIf(process.env.LONG_TESTS !== "1").each(["mp3", "aac", "ac3", "flac"])(
    "is reported in a plain file: %s",
    async (ending) => {
      const path = join(folder, `plain.${ending}`);
      await runFfmpeg(["-f", "lavfi", "-t", "5", "-i", "anoisesrc=a=0.3:r=48000", "-ac", "2", path]);
      const whole = await convert(path, folder, { measured: false, resourceType: "AUDIO" });
      expect(whole).toMatchObject({ kind: "converted", warnings: [] });
      const bytes = await readFile(path);
      await writeFile(path, bytes.fill(0, Math.floor(bytes.length * 0.4), Math.floor(bytes.length * 0.6)));
      const damaged = await convert(path, folder, { measured: false, resourceType: "AUDIO" });
      expect(damaged).toMatchObject({
        kind: "converted",
        warnings: [
          expect.stringMatching(/^About 1[.]\d s of the sound is damaged or missing: what follows comes earlier[.]$/),
        ],
      });
    },
  );
});
