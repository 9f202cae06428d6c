import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convert } from "../../fixtures/media/convert.ts";
import { runFfmpeg } from "../../fixtures/media/generate-clip.ts";
import { MEDIA_TOOLS } from "../../fixtures/media/media-tools.ts";

let folder: string;
let film: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "named-causes-"));
  const path = join(folder, "film.mp4");
  await runFfmpeg([
    ...["-f", "lavfi", "-t", "1", "-i", "testsrc2=size=320x180:rate=25", "-f", "lavfi", "-t", "1", "-i", "sine"],
    ...[
      "-c:v",
      "libx264",
      "-preset",
      "ultrafast",
      "-pix_fmt",
      "yuv420p",
      "-c:a",
      "aac",
      "-movflags",
      "+faststart",
      path,
    ],
  ]);
  film = await readFile(path);
});
afterAll(() => rm(folder, { recursive: true }));

async function reasonOf(bytes: Buffer): Promise<string | null> {
  const path = join(folder, "file");
  await writeFile(path, bytes);
  const result = await convert(path, folder, { measured: false });
  return result.kind === "refused" ? result.reason : null;
}

/** A film under other names of its sample entries. */
function renamed(entries: Readonly<Record<string, string>>): Buffer {
  const bytes = Buffer.from(film);
  // The entry, and not the brand of the same name at the start of the file.
  for (const [from, to] of Object.entries(entries)) bytes.write(to, bytes.indexOf(from, 100, "latin1"), "latin1");
  return bytes;
}

/** The film with another audio object type in its description (ISO/IEC 14496-3, 1.6.2.1): five bits, or 31 and six. */
function withAacDescription(hex: string): Buffer {
  const bytes = Buffer.from(film);
  const described = Buffer.from("120856e500", "hex");
  const at = bytes.indexOf(described);
  if (at < 0) throw new Error("the film does not describe AAC-LC of one channel at 44.1 kHz");
  Buffer.from(hex, "hex").copy(bytes, at);
  return bytes;
}

describe("a refusal", () => {
  it("names sound in a kind of AAC without a decoder: xHE-AAC, and a type that is not assigned", async () => {
    const action = "Convert it to MP4 with H.264 and AAC, and upload that.";
    expect(await reasonOf(withAacDescription("f948100000"))).toBe(
      `The file could not be read as video or audio: its sound is a kind of AAC that cannot be decoded here. ${action}`,
    );
    expect(await reasonOf(withAacDescription("f7ff400000"))).toBe(
      `The file could not be read as video or audio: it uses a codec that cannot be decoded here. ${action}`,
    );
  });

  it("names a file that ends before its media", async () => {
    expect(await reasonOf(film.subarray(0, film.indexOf("mdat") + 20))).toBe(
      "The file is incomplete: it ends before its media. Upload it again.",
    );
  });

  it("names a codec that appears only as a tag", async () => {
    expect(await reasonOf(renamed({ avc1: "vvc1" }))).toBe(
      "The picture (VVC) cannot be decoded. Convert the video to MP4 with H.264, and upload that.",
    );
    expect(await reasonOf(renamed({ avc1: "vvc1", mp4a: "ac-4", esds: "free" }))).toBe(
      "Nothing in the file can be decoded (VVC, AC-4). Convert it to MP4 with H.264 and AAC, and upload that.",
    );
  });
});

it("makes a first segment that ffmpeg recognises of a tenth of a second of sound", async () => {
  const path = join(folder, "short.wav");
  await runFfmpeg(["-f", "lavfi", "-t", "0.05", "-i", "sine=sample_rate=48000", path]);
  const result = await convert(path, folder, { resourceType: "AUDIO" });
  if (result.kind === "refused") throw new Error(result.reason);
  for (const [first = ""] of result.segmentPaths) {
    const bytes = await readFile(first);
    expect(bytes.length % 188).toBe(0);
    // A name without an ending, as a player sees it: by its content alone.
    const nameless = join(folder, "nameless");
    await writeFile(nameless, bytes);
    const args = ["-v", "error", "-show_entries", "format=format_name,probe_score", "-of", "csv=p=0", nameless];
    const { stdout } = await promisify(execFile)(MEDIA_TOOLS.ffprobe, args);
    expect(stdout.trim()).toBe("mpegts,50");
  }
});
