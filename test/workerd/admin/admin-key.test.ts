import { beforeAll, describe, expect, it } from "vitest";
import { base64Decode } from "../../../shared/lib/base64.ts";
import { bearer, createKey } from "../support/admin-callers.ts";
import { readAudit } from "../support/audited.ts";
import { onStatements, throws } from "../support/faults.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { encryptPost, type PublishedPost, publishPost } from "../support/published-post.ts";
import { RETRY_AFTER } from "../support/retry-after.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const worker = startWorker();
let post: PublishedPost;
let reader: { readonly key: string; readonly keyId: string };

beforeAll(async () => {
  post = await publishPost(worker);
  reader = await createKey(worker, ["keys:read"]);
});

function wanted(more: Record<string, string> = {}): string {
  const query = { videoPostId: post.videoPostId, fileIndex: "0", quality: "480p", keyVersion: "1", ...more };
  return `/admin/video/enc/key?${new URLSearchParams(query)}`;
}

function read(path: string, from: TestWorker = worker, method = "GET"): Promise<Response> {
  return from.fetch(path, { method, headers: { ...bearer(reader.key), "cf-connecting-ip": "203.0.113.5" } });
}

const readings = async () => (await readAudit(worker, { action: "key.read", outcome: "done", limit: "200" })).events;

describe("the key of a quality and version, by API key", () => {
  it("is its 16 bytes, which nothing may store", async () => {
    const response = await read(wanted());
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(bytes).toEqual(base64Decode(post.keys.keys.find(({ quality }) => quality === "480p")!.key));
  });

  it("is audited once for each reading: who, which key, from where", async () => {
    const before = (await readings()).length;
    await read(wanted({ quality: "720p" }));
    const after = await readings();
    expect(after.length - before).toBe(1);
    expect(after[0]).toMatchObject({
      actor: `api-key:${reader.keyId}`,
      videoPostId: post.videoPostId,
      fileIndex: 0,
      status: 200,
      clientAddress: "203.0.113.5",
      details: { quality: "720p", keyVersion: 1, keyStatus: "ACTIVE" },
    });
  });

  it("of an older version is given too, and the event says what state it is in", async () => {
    const film = await publishPost(worker, { title: "Rotated" });
    await worker.admin("POST", "/admin/video/enc/rotate", { videoPostId: film.videoPostId });
    await encryptPost(worker, film.videoPostId);
    for (const [keyVersion, keyStatus] of [
      ["1", "RETIRING"],
      ["2", "ACTIVE"],
    ] as const) {
      expect((await read(wanted({ videoPostId: film.videoPostId, keyVersion }))).status).toBe(200);
      expect((await readings())[0]!.details).toMatchObject({ keyStatus });
    }
  });

  it("is not given when the reading cannot be written down, not even with the queue at hand", async () => {
    const { bindings } = faultyDatabase(onStatements(/INTO audit_event/, throws("D1 is away")));
    const response = await read(wanted(), startWorker(bindings));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, RETRY_AFTER]);
    expect(await response.json()).toMatchObject({ code: "unavailable" });
  });

  it.each([
    ["another post", { videoPostId: "019a0000-0000-7000-8000-00000000dead" }, 404],
    ["another part", { fileIndex: "1" }, 404],
    ["a quality that the part does not have", { quality: "128k" }, 404],
    ["a version that there never was", { keyVersion: "7" }, 404],
    ["a quality that nobody has", { quality: "2160p" }, 422],
    ["version 0", { keyVersion: "0" }, 422],
    ["a version in words", { keyVersion: "latest" }, 422],
    ["a negative part", { fileIndex: "-1" }, 422],
    ["a part with an exponent", { fileIndex: "1e1" }, 422],
    ["no post", { videoPostId: "" }, 422],
    ["something that it does not know", { keyVersoin: "1" }, 422],
  ])("is refused for %s, and the refusal is audited as none that was given", async (_, more, status) => {
    const before = (await readings()).length;
    expect((await read(wanted(more))).status).toBe(status);
    expect((await readings()).length).toBe(before);
    const { events } = await readAudit(worker, { action: "key.read", outcome: "refused", limit: "1" });
    expect(events[0]).toMatchObject({ status, actor: `api-key:${reader.keyId}` });
  });

  it("has no HEAD, which would be a reading that nobody made", async () => {
    const before = (await readings()).length;
    expect((await read(wanted(), worker, "HEAD")).status).toBe(405);
    expect((await readings()).length).toBe(before);
  });
});
