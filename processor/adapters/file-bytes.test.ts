import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fileBytes, type ReadableFile } from "./file-bytes.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "file-bytes-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("returns all bytes that are asked for, although each read returns three of them, and fewer only at the end", async () => {
  const path = join(folder, "letters");
  await writeFile(path, "abcdefghijklmnopqrstuvwxyz");
  await using file = await open(path);
  const slow = {
    stat: () => file.stat(),
    read: (bytes: Buffer, offset: number, length: number, position: number) =>
      file.read(bytes, offset, Math.min(length, 3), position),
  } as unknown as ReadableFile;
  const { size, read } = await fileBytes(slow);
  expect(size).toBe(26);
  expect(String(await read(2, 10))).toBe("cdefghijkl");
  expect(String(await read(20, 10))).toBe("uvwxyz");
  expect(String(await read(30, 10))).toBe("");
});
