import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startS3Server } from "./s3-server.fixture.ts";
import { countedStore } from "./traffic.ts";

describe("a counted bucket", () => {
  it("counts the bytes of objects that were stored and read, and of none that was not", async () => {
    await using s3 = await startS3Server();
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "seg_00001.ts");
    await writeFile(path, Buffer.alloc(300));
    const counts = { in: 0, out: 0 };
    const bucket = countedStore(s3.store("source"), {
      received: (bytes) => {
        counts.in += bytes;
      },
      sent: (bytes) => {
        counts.out += bytes;
      },
    });
    const { signal } = new AbortController();
    const headers = { contentType: "video/mp2t", cacheControl: "no-store" };
    await bucket.putFile("a", path, headers, signal);
    await bucket.putBytes("b", "zwölf", headers, signal);
    expect(counts).toEqual({ in: 0, out: 306 });
    await bucket.getBytes("a", signal);
    await expect(bucket.getBytes("c", signal)).rejects.toThrow("missing");
    expect(counts).toEqual({ in: 300, out: 306 });
  });
});

async function temporaryDirectory(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), "ladderlock-traffic-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
