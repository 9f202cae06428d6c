import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convert } from "../../fixtures/media/convert.ts";
import { describeConversion } from "../../fixtures/media/describe-conversion.ts";
import { generateClip } from "../../fixtures/media/generate-clip.ts";
import { pointingFiles } from "../../fixtures/media/pointing-files.ts";

/* Uploads that make ffmpeg open something else: playlists, manifests and lists of files. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pointing-files-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a text that names a film elsewhere is refused, and nothing else is opened", () => {
  let canary: Server;
  let connections = 0;
  let texts: Record<string, string>;

  beforeAll(async () => {
    const file = join(folder, "canary.mp4");
    await generateClip({ path: file, seconds: 4, frameRate: "25", size: "320x240", sound: true });
    const bytes = await readFile(file);
    canary = createServer((_request, response) => response.end(bytes));
    canary.on("connection", () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => canary.listen(0, "127.0.0.1", resolve));
    texts = pointingFiles(file, `http://127.0.0.1:${(canary.address() as AddressInfo).port}`);
  });
  afterAll(() => {
    canary.closeAllConnections();
    canary.close();
  });

  it.each(Object.keys(pointingFiles("", "")))("%s", async (name) => {
    const path = join(folder, `pointing-${randomBytes(4).toString("hex")}.mp4`);
    await writeFile(path, texts[name] ?? "");
    expect(describeConversion(await convert(path, folder))).toEqual({
      refused:
        "The file could not be read as video or audio: its format is not accepted. Convert it to MP4 with H.264 and AAC, and upload that.",
    });
    expect(connections).toBe(0);
  });
});
