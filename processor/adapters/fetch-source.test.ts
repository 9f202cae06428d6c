import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RetryableError } from "../retryable-error.ts";
import { fetchSource } from "./fetch-source.ts";
import { startS3Server } from "./s3-server.fixture.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fetch-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("an upload", () => {
  async function fetchUpload(maxBytes: number, requireRoom: (bytes: number) => Promise<void>) {
    await using s3 = await startS3Server();
    s3.objects.set("source/uploads/u1/000000000000000", { body: Buffer.alloc(500) });
    return await fetchSource({
      source: { kind: "upload", prefix: "uploads/u1/", size: 500 },
      destination: join(folder, "source"),
      store: s3.store("source"),
      limits: { maxBytes, maxSeconds: 10, minBytesPerSecond: 0 },
      allowHosts: new Set(),
      signal: new AbortController().signal,
      onProgress: () => {},
      requireRoom,
    });
  }

  it("is fetched when it fits", async () => {
    const asked: number[] = [];
    const outcome = await fetchUpload(500, async (bytes) => void asked.push(bytes));
    expect([outcome, asked]).toEqual([{ kind: "fetched", bytes: 500 }, [500]]);
  });

  it("is refused when it is larger than allowed", async () => {
    expect(await fetchUpload(499, async () => {})).toEqual({
      kind: "refused",
      code: "source-too-large",
      reason: "The upload has 500 bytes, at most 499 are accepted.",
    });
  });

  it("fails for now when the disk has no room for it", async () => {
    const fault = new RetryableError("disk-full", "no room");
    await expect(fetchUpload(500, () => Promise.reject(fault))).rejects.toBe(fault);
    expect(await readdir(folder)).toEqual([]);
  });
});
