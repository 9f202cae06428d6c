import { Hono } from "hono";
import { beforeEach, describe, expect, it } from "vitest";
import { openPersistence } from "../../../edge/database.ts";
import { ownUploads, serveUpload, UPLOADS_PATH } from "../../../edge/routes/posts/uploads.ts";
import { removeExpiredUploads } from "../../../edge/uploads/remove-uploads.ts";
import { STANDARD_JOB_RULES } from "../../../shared/domain/job/transcode-job.ts";
import { uploadChunkKey } from "../../../shared/domain/part/object-keys.ts";
import { throws } from "../support/faults.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { database } from "../support/inspection.ts";
import { testEnv } from "../support/test-env.ts";

const HOUR_MS = 3_600_000;
const MAX_BYTES = 1000;
const { uploads } = openPersistence(testEnv, STANDARD_JOB_RULES);
const source = testEnv.SOURCE;

let clockOffset = 0;
const now = () => Date.now() + clockOffset;

const deps = { uploads, source, now, maxBytes: MAX_BYTES, lifeMs: 24 * HOUR_MS, firstWaitMs: 0, completed: () => {} };
const app = new Hono();
app.all(`${UPLOADS_PATH}/*`, (c) => serveUpload(deps, ownUploads(c.req.header("X-Test-Owner") ?? "alice"), c.req.raw));
app.onError((_error, c) => c.text("try again", 503));

beforeEach(() => {
  clockOffset = 0;
});

type Headers_ = Record<string, string>;

async function send(method: string, path: string, headers: Headers_ = {}, body?: BodyInit): Promise<Response> {
  const request = new Request(`https://video.example${path}`, {
    method,
    headers: { "Tus-Resumable": "1.0.0", ...headers },
    ...(body !== undefined && { body }),
  });
  return app.request(request);
}

async function create(size: number, headers: Headers_ = {}): Promise<string> {
  const response = await send("POST", UPLOADS_PATH, { "Upload-Length": String(size), ...headers });
  expect(response.status).toBe(201);
  return response.headers.get("Location") ?? "";
}

function patch(path: string, offset: number, bytes: Uint8Array<ArrayBuffer>, headers: Headers_ = {}) {
  return send("PATCH", path, chunkHeaders(offset, bytes.length, headers), bytes);
}

function chunkHeaders(offset: number, length: number, more: Headers_ = {}): Headers_ {
  return {
    "Content-Type": "application/offset+octet-stream",
    "Content-Length": String(length),
    "Upload-Offset": String(offset),
    ...more,
  };
}

/** A body whose rest is sent only when the test says so, or that ends too early. */
function heldBody(first: Uint8Array<ArrayBuffer>) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const started = writer.write(first);
  return { readable, writer, started };
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}

async function offsetOf(path: string): Promise<string | null> {
  return (await send("HEAD", path)).headers.get("Upload-Offset");
}

async function storedKeys(path: string): Promise<string[]> {
  const { objects } = await source.list({ prefix: `uploads/${idOf(path)}/` });
  return objects.map((object) => object.key.slice(object.key.lastIndexOf("/") + 1));
}

async function storedBytes(path: string): Promise<Uint8Array> {
  const { objects } = await source.list({ prefix: `uploads/${idOf(path)}/` });
  const chunks = await Promise.all(objects.map(async ({ key }) => (await source.get(key))?.arrayBuffer()));
  return new Uint8Array(await new Blob(chunks.map((chunk) => chunk ?? new ArrayBuffer(0))).arrayBuffer());
}

async function sessionOf(path: string) {
  const [found] = await uploads.findAll([idOf(path)], "alice");
  return found;
}

function idOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A part of a post that is made of the upload. */
async function usePart(path: string): Promise<void> {
  const id = idOf(path);
  await database.insert("video_file_post", {
    ...{ id, video_id: id, file_index: 0, position: 0, upload_id: id, file_name: "holiday.mp4", warnings: "[]" },
    ...{ transfer_result: "TRANSCODING", encrypt_status: "UNENCRYPTED", created_at: now() },
  });
}

describe("creating an upload", () => {
  it("answers with a path-absolute Location and the time of expiry", async () => {
    const before = Date.now();
    const response = await send("POST", UPLOADS_PATH, { "Upload-Length": "10", "X-Forwarded-Proto": "https,http" });
    expect(response.status).toBe(201);
    expect(response.headers.get("Location")).toMatch(/^\/api\/v2\/uploads\/[\w-]{22}$/);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    const expires = Date.parse(response.headers.get("Upload-Expires") ?? "");
    expect(Math.abs(expires - before - 24 * HOUR_MS)).toBeLessThan(5000);
  });

  it("keeps owner, prefix of the chunks, size and metadata", async () => {
    const path = await create(10, {
      "Upload-Metadata": `filename ${btoa("a b.mp4")},filetype ${btoa("video/mp4")},draft`,
    });
    expect(await sessionOf(path)).toMatchObject({
      owner: "alice",
      tempPath: `uploads/${idOf(path)}/`,
      size: 10,
      offset: 0,
      state: "OPEN",
      metadata: { filename: "a b.mp4", filetype: "video/mp4", draft: null },
    });
    const head = await send("HEAD", path);
    expect(head.headers.get("Upload-Metadata")).toBe(`filename ${btoa("a b.mp4")},filetype ${btoa("video/mp4")},draft`);
  });

  it("stores the bytes that come with the creation", async () => {
    const bytes = randomBytes(10);
    const headers = {
      "Content-Type": "application/offset+octet-stream",
      "Content-Length": "10",
      "Upload-Length": "10",
    };
    const response = await send("POST", UPLOADS_PATH, headers, bytes);
    expect(response.status).toBe(201);
    expect(response.headers.get("Upload-Offset")).toBe("10");
    const path = response.headers.get("Location") ?? "";
    expect(await storedBytes(path)).toEqual(bytes);
    expect(await sessionOf(path)).toMatchObject({ offset: 10, state: "COMPLETE" });
  });

  it.each([
    ["more than the largest size with 413", { "Upload-Length": String(MAX_BYTES + 1) }, 413],
    ["no size with 400", {}, 400],
    ["a size that is no number with 400", { "Upload-Length": "-1" }, 400],
    ["metadata over 4 kB with 400", { "Upload-Length": "1", "Upload-Metadata": `filename ${"A".repeat(4096)}` }, 400],
    ["metadata with U+0000 with 400", { "Upload-Length": "1", "Upload-Metadata": `note ${btoa("a\0b")}` }, 400],
    ["metadata that is no base64 with 400", { "Upload-Length": "1", "Upload-Metadata": "filename a" }, 400],
    ["another version of the protocol with 412", { "Upload-Length": "1", "Tus-Resumable": "0.2.2" }, 412],
    ["concatenation, which is not offered, with 501", { "Upload-Length": "1", "Upload-Concat": "partial" }, 501],
  ])("refuses %s", async (_what, headers, status) => {
    const response = await send("POST", UPLOADS_PATH, headers as Headers_);
    expect(response.status).toBe(status);
    expect(response.headers.get("Location")).toBeNull();
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
  });

  it("names the version of the protocol when it refuses another", async () => {
    const response = await send("POST", UPLOADS_PATH, { "Upload-Length": "1", "Tus-Resumable": "0.2.2" });
    expect(response.headers.get("Tus-Version")).toBe("1.0.0");
  });

  it("reports its extensions and its largest size to OPTIONS", async () => {
    const response = await send("OPTIONS", UPLOADS_PATH);
    expect(response.status).toBe(204);
    expect(response.headers.get("Tus-Extension")).toBe(
      "creation,creation-with-upload,creation-defer-length,expiration,termination",
    );
    expect(response.headers.get("Tus-Max-Size")).toBe(String(MAX_BYTES));
  });
});

describe("sending chunks", () => {
  it("moves the offset and ends with the same bytes", async () => {
    const bytes = randomBytes(700);
    const path = await create(bytes.length);
    expect((await patch(path, 0, bytes.subarray(0, 300))).headers.get("Upload-Offset")).toBe("300");
    expect(await sessionOf(path)).toMatchObject({ offset: 300, state: "OPEN" });
    const last = await patch(path, 300, bytes.subarray(300));
    expect(last.status).toBe(204);
    expect(last.headers.get("Upload-Offset")).toBe("700");
    expect(await storedKeys(path)).toEqual(["000000000000000", "000000000000300"]);
    expect(await storedBytes(path)).toEqual(bytes);
    expect(await sessionOf(path)).toMatchObject({ offset: 700, state: "COMPLETE" });
  });

  it("reports offset and length to HEAD", async () => {
    const path = await create(20);
    await patch(path, 0, randomBytes(5));
    const head = await send("HEAD", path);
    expect(head.status).toBe(200);
    expect(head.headers.get("Upload-Offset")).toBe("5");
    expect(head.headers.get("Upload-Length")).toBe("20");
    expect(head.headers.get("Cache-Control")).toBe("no-store");
  });

  it("lives 24 hours longer with every chunk", async () => {
    const path = await create(20);
    clockOffset = 20 * HOUR_MS;
    await patch(path, 0, randomBytes(5));
    expect((await sessionOf(path))?.expiresAt).toBeGreaterThan(Date.now() + 43 * HOUR_MS);
  });

  it("discards a chunk that is cut off, and continues from the last offset", async () => {
    const bytes = randomBytes(100);
    const path = await create(bytes.length);
    await patch(path, 0, bytes.subarray(0, 40));
    const cut = heldBody(bytes.subarray(40, 60));
    const answer = send("PATCH", path, chunkHeaders(40, 60), cut.readable);
    await cut.started;
    await cut.writer.abort(new Error("connection lost"));
    expect((await answer).status).toBe(503);
    expect(await offsetOf(path)).toBe("40");
    expect(await storedKeys(path)).toEqual(["000000000000000"]);
    expect((await patch(path, 40, bytes.subarray(40))).status).toBe(204);
    expect(await storedBytes(path)).toEqual(bytes);
  });

  it("stores nothing of a body that ends before its Content-Length", async () => {
    const path = await create(100);
    const short = heldBody(randomBytes(20));
    const answer = send("PATCH", path, chunkHeaders(0, 60), short.readable);
    await short.started;
    await short.writer.close();
    expect((await answer).status).toBe(503);
    expect(await offsetOf(path)).toBe("0");
    expect(await storedKeys(path)).toEqual([]);
  });

  it("lets one of two chunks at the same offset win, and damages nothing", async () => {
    const mine = randomBytes(60);
    const other = randomBytes(50);
    const path = await create(100);
    const slow = heldBody(mine.subarray(0, 10));
    const slowAnswer = send("PATCH", path, chunkHeaders(0, 60), slow.readable);
    await slow.started;
    const quickAnswer = await patch(path, 0, other);
    await Promise.allSettled([slow.writer.write(mine.subarray(10)), slow.writer.close()]);
    expect(quickAnswer.status).toBe(204);
    expect((await slowAnswer).status).toBe(409);
    expect(await offsetOf(path)).toBe("50");
    expect(await storedBytes(path)).toEqual(other);
  });

  it("lets exactly one of many chunks at the same offset win", async () => {
    const path = await create(100);
    const chunks = Array.from({ length: 8 }, () => randomBytes(30));
    const statuses = await Promise.all(chunks.map(async (chunk) => (await patch(path, 0, chunk)).status));
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(7);
    expect(await offsetOf(path)).toBe("30");
    expect(await storedBytes(path)).toEqual(chunks[statuses.indexOf(204)]);
  });

  it("counts the chunk of a request that died before it could", async () => {
    const bytes = randomBytes(100);
    const path = await create(bytes.length);
    await source.put(`uploads/${idOf(path)}/000000000000000`, bytes.subarray(0, 70));
    expect(await offsetOf(path)).toBe("0");
    expect((await patch(path, 0, bytes.subarray(0, 40))).status).toBe(409);
    expect(await offsetOf(path)).toBe("70");
    expect((await patch(path, 70, bytes.subarray(70))).status).toBe(204);
    expect(await storedBytes(path)).toEqual(bytes);
  });

  it("leaves room at the offset after an empty chunk", async () => {
    const path = await create(10);
    expect((await patch(path, 0, new Uint8Array())).status).toBe(204);
    expect(await storedKeys(path)).toEqual([]);
    expect((await patch(path, 0, randomBytes(10))).status).toBe(204);
  });

  it("takes the size with the last chunk where it was not known before", async () => {
    const response = await send("POST", UPLOADS_PATH, { "Upload-Defer-Length": "1" });
    const path = response.headers.get("Location") ?? "";
    const bytes = randomBytes(30);
    await patch(path, 0, bytes.subarray(0, 20));
    expect((await send("HEAD", path)).headers.get("Upload-Defer-Length")).toBe("1");
    expect((await patch(path, 20, bytes.subarray(20), { "Upload-Length": "30" })).status).toBe(204);
    expect(await sessionOf(path)).toMatchObject({ size: 30, offset: 30, state: "COMPLETE" });
    expect(await storedBytes(path)).toEqual(bytes);
  });

  it("takes PATCH and DELETE in the guise of POST", async () => {
    const path = await create(10);
    const headers = { ...chunkHeaders(0, 10), "X-HTTP-Method-Override": "PATCH" };
    expect((await send("POST", path, headers, randomBytes(10))).status).toBe(204);
    expect((await send("POST", path, { "X-HTTP-Method-Override": "DELETE" })).status).toBe(204);
    expect(await sessionOf(path)).toBeUndefined();
  });

  it.each([
    ["a chunk at a wrong offset with 409", 5, 10, {}, 409],
    ["a chunk beyond the size with 413", 0, 101, {}, 413],
    ["another content type with 415", 0, 10, { "Content-Type": "video/mp4" }, 415],
  ])("refuses %s and changes nothing", async (_what, offset, length, headers, status) => {
    const path = await create(100);
    expect((await patch(path, offset, randomBytes(length), headers)).status).toBe(status);
    expect(await offsetOf(path)).toBe("0");
    expect(await storedKeys(path)).toEqual([]);
  });

  it("refuses a chunk of unknown length with 411", async () => {
    const path = await create(100);
    const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0" };
    expect((await send("PATCH", path, headers, randomBytes(10))).status).toBe(411);
  });

  it("refuses more bytes once the upload is complete", async () => {
    const path = await create(10);
    await patch(path, 0, randomBytes(10));
    expect((await patch(path, 10, randomBytes(1))).status).toBe(413);
  });
});

describe("an empty upload", () => {
  it("is refused when it is created", async () => {
    const response = await send("POST", UPLOADS_PATH, { "Upload-Length": "0" });
    expect(response.status).toBe(422);
    expect(await response.text()).toBe("The file is empty. Choose a file with content and upload it again.\n");
  });

  it("is refused when its length is declared later", async () => {
    const response = await send("POST", UPLOADS_PATH, { "Upload-Defer-Length": "1" });
    const path = response.headers.get("Location") ?? "";
    expect((await patch(path, 0, randomBytes(0), { "Upload-Length": "0" })).status).toBe(422);
    expect(await sessionOf(path)).toMatchObject({ state: "OPEN", size: null });
  });
});

describe("another owner", () => {
  it.each(["HEAD", "PATCH", "DELETE"])("gets 404 for %s", async (method) => {
    const path = await create(10);
    const headers = { "X-Test-Owner": "mallory", ...(method === "PATCH" && chunkHeaders(0, 10)) };
    const body = method === "PATCH" ? randomBytes(10) : undefined;
    expect((await send(method, path, headers, body)).status).toBe(404);
    expect(await sessionOf(path)).toMatchObject({ owner: "alice", offset: 0 });
  });

  it.each([UPLOADS_PATH, `${UPLOADS_PATH}/unknown`, `${UPLOADS_PATH}/a/b`, `${UPLOADS_PATH}/%2e%2e`])(
    "gets 404 for HEAD of %s",
    async (path) => {
      expect((await send("HEAD", path)).status).toBe(404);
    },
  );
});

describe("the end of an upload", () => {
  it("comes with termination: chunks and row are gone", async () => {
    const path = await create(100);
    await patch(path, 0, randomBytes(40));
    expect((await send("DELETE", path)).status).toBe(204);
    expect(await storedKeys(path)).toEqual([]);
    expect(await sessionOf(path)).toBeUndefined();
    expect((await send("HEAD", path)).status).toBe(404);
    expect((await send("DELETE", path)).status).toBe(404);
  });

  it("removes more chunks than one list holds", async () => {
    const path = await create(100);
    const keys = Array.from({ length: 1003 }, (_, offset) => uploadChunkKey(`uploads/${idOf(path)}/`, offset));
    await Promise.all(keys.map((key) => source.put(key, "x")));
    expect((await send("DELETE", path)).status).toBe(204);
    expect(await storedKeys(path)).toEqual([]);
  });

  it("leaves no chunk behind that was on its way", async () => {
    const path = await create(100);
    const late = heldBody(randomBytes(10));
    const answer = send("PATCH", path, chunkHeaders(0, 60), late.readable);
    await late.started;
    expect((await send("DELETE", path)).status).toBe(204);
    await late.writer.write(randomBytes(50));
    await late.writer.close();
    expect((await answer).status).toBe(404);
    expect(await storedKeys(path)).toEqual([]);
  });

  it("is refused while a post uses the upload", async () => {
    const path = await create(10);
    await patch(path, 0, randomBytes(10));
    await usePart(path);
    expect((await send("DELETE", path)).status).toBe(409);
    expect(await storedKeys(path)).toHaveLength(1);
    expect(await offsetOf(path)).toBe("10");
  });

  it("is 410 after 24 hours, and 404 after the sweep", async () => {
    const path = await create(100);
    await patch(path, 0, randomBytes(40));
    clockOffset = 24 * HOUR_MS + 1000;
    expect((await send("HEAD", path)).status).toBe(410);
    expect((await patch(path, 40, randomBytes(10))).status).toBe(410);
    expect(await removeExpiredUploads({ uploads, source }, { now: now(), firstAttemptAt: now() }, 100)).toBe(0);
    clockOffset += 2 * HOUR_MS;
    expect(await removeExpiredUploads({ uploads, source }, { now: now(), firstAttemptAt: now() }, 100)).toBeGreaterThan(
      0,
    );
    expect(await storedKeys(path)).toEqual([]);
    expect((await send("HEAD", path)).status).toBe(404);
  });

  it("comes by expiry also where the removal of another upload fails", async () => {
    const [stuck, path] = [await create(100), await create(100)];
    await patch(path, 0, randomBytes(40));
    clockOffset = 100 * HOUR_MS;
    const failing: typeof uploads = {
      ...uploads,
      listRemovable: async () => [stuck, path].map((one) => one.split("/").at(-1)!),
      beginExpiry: (id, at) =>
        stuck.endsWith(id) ? Promise.reject(new Error("R2 is away")) : uploads.beginExpiry(id, at),
    };
    await expect(
      removeExpiredUploads({ uploads: failing, source }, { now: now(), firstAttemptAt: now() }, 100),
    ).rejects.toThrow("1 expired uploads");
    expect(await storedKeys(path)).toEqual([]);
  });

  it("does not come by expiry while a post uses the upload", async () => {
    const path = await create(10);
    await patch(path, 0, randomBytes(10));
    await usePart(path);
    clockOffset = 100 * HOUR_MS;
    await removeExpiredUploads({ uploads, source }, { now: now(), firstAttemptAt: now() }, 100);
    expect(await storedKeys(path)).toHaveLength(1);
    expect(await sessionOf(path)).toMatchObject({ state: "COMPLETE" });
  });
});

describe("faults of the storage", () => {
  it("are thrown for the application to map, and shown to no caller", async () => {
    const broken = new Hono();
    const faults: unknown[] = [];
    broken.onError((error, c) => {
      faults.push(error);
      return c.text("try again", 503);
    });
    const { bindings } = faultyDatabase(throws("the database is away"));
    const unreachable = openPersistence(bindings, STANDARD_JOB_RULES).uploads;
    broken.all(`${UPLOADS_PATH}/*`, (c) =>
      serveUpload({ ...deps, uploads: unreachable }, ownUploads("alice"), c.req.raw),
    );
    const response = await broken.request(`https://video.example${UPLOADS_PATH}/x`, {
      method: "HEAD",
      headers: { "Tus-Resumable": "1.0.0" },
    });
    expect(response.status).toBe(503);
    expect(faults).toHaveLength(1);
  });
});
