import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Upload, type UploadOptions } from "tus-js-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf, type Client, createClient } from "../../client/index.ts";
import { mergeChunks } from "../../processor/adapters/merge-chunks.ts";
import { createObjectStore, createS3Client } from "../../processor/adapters/object-store.ts";
import { type KillableWorker, startKillableWorker } from "./killable-worker.ts";
import { TEST_SECRETS } from "./test-secrets.ts";

/* Uploads with real clients against the Worker in its own process, whose state survives its end. */

const MIB = 2 ** 20;
const LONG = process.env.LONG_TESTS === "1";
const LOCAL_S3 = { accessKeyId: "local", secretAccessKey: "local-development-only" };

let worker: KillableWorker;
let client: Client;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ladderlock-uploads-"));
  worker = await startKillableWorker((origin) => ({
    ...{ S3_ENDPOINT: `${origin}/cdn-cgi/local/r2/s3`, SOURCE_BUCKET: "ladderlock-source" },
    ...{ S3_ACCESS_KEY_ID: LOCAL_S3.accessKeyId, S3_SECRET_ACCESS_KEY: LOCAL_S3.secretAccessKey },
  }));
  client = createClient({ baseUrl: worker.origin, token: TEST_SECRETS.ADMIN_API_KEY });
});

afterAll(async () => {
  await worker?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The file that a processor makes of the upload. */
async function mergedFile(uploadId: string, size: number): Promise<Buffer> {
  const endpoint = `${worker.origin}/cdn-cgi/local/r2/s3`;
  const store = createObjectStore(createS3Client({ endpoint, region: "auto", ...LOCAL_S3 }), "ladderlock-source");
  const destination = join(folder, uploadId);
  const merged = await mergeChunks({
    ...{ store, prefix: `uploads/${uploadId}/`, size, sha256: null, destination },
    ...{ signal: new AbortController().signal, onProgress: () => {} },
  });
  expect(merged).toEqual({ kind: "fetched", bytes: size });
  return readFile(destination);
}

function newToken(more: { maxBytes?: number } = {}) {
  const postDefaults = { title: "A film", resourceType: "VIDEO" } as const;
  return client.createUploadToken({ body: { postDefaults, ...more } }).then(bodyOf);
}

/** tus-js-client with nothing but the address. */
function send(bytes: Buffer, options: UploadOptions): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const upload: Upload = new Upload(bytes, {
      metadata: { filename: "film.mp4" },
      retryDelays: Array.from({ length: 60 }, () => 500),
      onError: reject,
      onSuccess: () => resolve(upload),
      ...options,
    });
    upload.start();
  });
}

describe("an upload with a token", () => {
  it.runIf(LONG)("survives a kill of the Worker between its chunks, and makes one post", async () => {
    const { uploadUrl, tokenId } = await newToken();
    const bytes = randomBytes(MIB);
    let restart: Promise<void> | null = null;
    const upload = await send(bytes, {
      ...{ endpoint: uploadUrl, chunkSize: MIB / 4 },
      onChunkComplete: (_chunk, sent) => {
        if (sent >= MIB / 2) restart ??= worker.killAndRestart();
      },
    });
    expect(restart).not.toBeNull();
    await restart;
    const token = bodyOf(await client.getUploadToken({ params: { tokenId } }));
    expect(token.state).toBe("POST_CREATED");
    const uploadId = new URL(upload.url!).pathname.split("/").at(-1)!;
    expect(await mergedFile(uploadId, MIB)).toEqual(bytes);
    const { items } = bodyOf(await client.listVideoPosts({}));
    expect(items.map(({ videoPostId }) => videoPostId)).toEqual([token.videoPostId]);
  });

  it("works for a client that sends bytes with the creation", async () => {
    const { uploadUrl, tokenId } = await newToken();
    await send(randomBytes(MIB), { endpoint: uploadUrl, uploadDataDuringCreation: true });
    expect(bodyOf(await client.getUploadToken({ params: { tokenId } })).state).toBe("POST_CREATED");
  });

  it("is refused with the reason where the file is too large", async () => {
    const { uploadUrl } = await newToken({ maxBytes: 1000 });
    await expect(send(randomBytes(1001), { endpoint: uploadUrl })).rejects.toThrow("413");
  });

  it("leaves no token in the log", async () => {
    expect(await worker.log()).not.toContain("eyJ");
  });
});

describe("a multipart upload", () => {
  it("takes its parts at signed addresses of the S3 protocol, and a processor reads the file", async () => {
    const bytes = randomBytes(6 * MIB);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const body = { size: bytes.length, fileName: "film.mp4", partSize: 5 * MIB, sha256 };
    const { uploadId, parts } = bodyOf(await client.createMultipartUpload({ body }));
    const sent = [];
    for (const { partNumber, size, url } of parts) {
      const start = (partNumber - 1) * 5 * MIB;
      const response = await fetch(url, { method: "PUT", body: bytes.subarray(start, start + size) });
      expect(response.status, await response.text()).toBe(200);
      sent.push({ partNumber, etag: response.headers.get("etag")! });
    }
    const complete = await client.completeMultipartUpload({ params: { uploadId }, body: { parts: sent } });
    expect(bodyOf(complete)).toMatchObject({ state: "COMPLETE", size: bytes.length });
    expect((await mergedFile(uploadId, bytes.length)).equals(bytes)).toBe(true);
  });

  it("takes no part at an address that was changed", async () => {
    const body = { size: 6 * MIB, fileName: "film.mp4", partSize: 5 * MIB };
    const { parts } = bodyOf(await client.createMultipartUpload({ body }));
    const url = new URL(parts[0]!.url);
    url.pathname = url.pathname.replace("/uploads/", "/imports/");
    expect((await fetch(url, { method: "PUT", body: "x" })).status).toBe(403);
  });
});
