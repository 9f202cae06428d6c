import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type S3Server, startS3Server } from "../adapters/s3-server.fixture.ts";
import { checkImport } from "./check-import.ts";
import { createImportFiles } from "./import-files.ts";
import { encryptedSegment, KEY, writeContent } from "./imported-content.fixture.ts";
import { readManifest } from "./manifest.ts";
import { uploadImport } from "./upload-import.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "upload-import-"));
  await writeContent(folder, "720p");
  await writeContent(folder, "360p");
});
afterEach(() => rm(folder, { recursive: true }));

async function upload(s3: S3Server): Promise<{ prefix: string; progress: number[] }> {
  const qualities = { "720p": "720p.m3u8", "360p": "360p.m3u8" };
  const read = readManifest(JSON.stringify({ title: "A film", parts: [{ key: KEY.toString("hex"), qualities }] }));
  if (read.kind === "wrong") throw new Error(read.problems.join());
  const files = createImportFiles({ directory: folder, allowHosts: new Set() });
  const { signal } = new AbortController();
  const checked = await checkImport(read.manifest, { files, manifestFolder: folder, signal });
  const progress: number[] = [];
  const onProgress = (done: number) => progress.push(done);
  const store = s3.store("source");
  await uploadImport({ importId: "film", checked, files, store, concurrency: 1, signal, onProgress });
  return { prefix: `imports/film/${checked.digest}/0/`, progress };
}

const puts = (s3: S3Server) => s3.requests.filter((request) => request.startsWith("PUT "));

describe("the upload of an import", () => {
  it("stores segments as they are and playlists that name every IV, the playlists last", async () => {
    await using s3 = await startS3Server();
    const { prefix, progress } = await upload(s3);
    expect(progress).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(s3.objects.get(`source/${prefix}720p/seg_00002.ts`)?.body).toEqual(encryptedSegment("720p", 2));
    const playlist = s3.objects.get(`source/${prefix}360p/index.m3u8`)?.body.toString();
    expect(playlist?.match(/IV=0x\w+/g)).toEqual(["00", "01", "02"].map((last) => `IV=0x${last.padStart(32, "0")}`));
    expect(puts(s3)).toHaveLength(8);
    expect(
      puts(s3)
        .slice(6)
        .every((request) => request.endsWith("index.m3u8")),
    ).toBe(true);
  });

  it("continues with what is missing after it broke off", async () => {
    await using s3 = await startS3Server();
    const good = encryptedSegment("360p", 2);
    await writeFile(join(folder, "360p-2.ts"), Buffer.alloc(good.length, 1));
    await expect(upload(s3)).rejects.toThrow(/360p-2\.ts does not open with the key/);
    expect(puts(s3)).toHaveLength(4);
    await writeFile(join(folder, "360p-2.ts"), good);
    const { progress } = await upload(s3);
    expect(progress.at(-1)).toBe(6);
    expect(puts(s3)).toHaveLength(8);
    await upload(s3);
    expect(puts(s3)).toHaveLength(8);
  });

  it("never stores the key", async () => {
    await using s3 = await startS3Server();
    await upload(s3);
    for (const [name, { body }] of s3.objects) {
      expect(body.includes(KEY) || body.includes(KEY.toString("hex")), name).toBe(false);
    }
  });
});
