import { beforeEach, describe, expect, it } from "vitest";
import { removeExpiredUploads } from "../../../edge/uploads/remove-uploads.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const MIB = 2 ** 20;
const HOUR_MS = 3_600_000;
const S3 = {
  ...{ S3_ENDPOINT: "https://account.r2.example/", SOURCE_BUCKET: "source" },
  ...{ S3_ACCESS_KEY_ID: "id", S3_SECRET_ACCESS_KEY: "the-secret-half" },
};
const BASE = "/api/v2/uploads/multipart";

let worker: TestWorker;
beforeEach(() => {
  worker = startWorker(S3);
});

type Created = {
  readonly uploadId: string;
  readonly partSize: number;
  readonly partCount: number;
  readonly parts: Part[];
};
type Part = { readonly partNumber: number; readonly size: number; readonly url: string };

async function create(more: Record<string, unknown> = {}): Promise<Created> {
  const response = await worker.admin("POST", BASE, { size: 6 * MIB, fileName: "a.mp4", partSize: 5 * MIB, ...more });
  expect(response.status, await response.clone().text()).toBe(201);
  return response.json();
}

/** Stores a part as R2 does for a client that sends it to its address. */
async function sendPart({ uploadId }: Created, partNumber: number, bytes: number) {
  const { multipartId } = (await worker.context.uploads.findAll([uploadId], "api-key:admin"))[0]!;
  const multipart = testEnv.SOURCE.resumeMultipartUpload(`uploads/${uploadId}/000000000000000`, multipartId!);
  const { etag } = await multipart.uploadPart(partNumber, new Uint8Array(bytes).fill(partNumber));
  return { partNumber, etag: `"${etag}"` };
}

const complete = ({ uploadId }: Created, parts: unknown) =>
  worker.admin("POST", `${BASE}/${uploadId}/complete`, { parts });

const stored = async ({ uploadId }: Created) =>
  (await testEnv.SOURCE.list({ prefix: `uploads/${uploadId}/` })).objects.map(({ size }) => size);

const sessionOf = ({ uploadId }: Created) => worker.context.uploads.find({ uploadId, owner: "api-key:admin" });

async function detailOf(response: Response): Promise<string> {
  return ((await response.json()) as { detail: string }).detail;
}

describe("a multipart upload", () => {
  it("gives the addresses of its parts, which show no secret", async () => {
    const created = await create();
    expect(created).toMatchObject({ partSize: 5 * MIB, partCount: 2 });
    expect(created.parts.map(({ partNumber, size }) => [partNumber, size])).toEqual([
      [1, 5 * MIB],
      [2, MIB],
    ]);
    const url = new URL(created.parts[1]!.url);
    expect(url.origin + url.pathname).toBe(
      `https://account.r2.example/source/uploads/${created.uploadId}/000000000000000`,
    );
    expect(Object.fromEntries(url.searchParams)).toMatchObject({ partNumber: "2", "X-Amz-Expires": "21600" });
    expect(JSON.stringify(created)).not.toContain("the-secret-half");
  });

  it("is complete once its parts are joined and have the announced size, and a post may use it", async () => {
    const created = await create();
    const parts = [await sendPart(created, 2, MIB), await sendPart(created, 1, 5 * MIB)];
    expect((await sessionOf(created))!.state).toBe("OPEN");
    const response = await complete(created, parts);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ uploadId: created.uploadId, size: 6 * MIB, state: "COMPLETE" });
    expect(await stored(created)).toEqual([6 * MIB]);
    const uploadFileList = [{ uploadId: created.uploadId, fileName: "a.mp4", fileSize: 6 * MIB }];
    const post = { title: "A", resourceType: "VIDEO", uploadFileList };
    expect((await worker.admin("POST", "/api/v2/video-posts", post)).status).toBe(201);
    expect(await worker.context.uploads.findForJob(created.uploadId)).toMatchObject({
      ...{ size: 6 * MIB, tempPath: `uploads/${created.uploadId}/` },
    });
  });

  it("answers a repeated completion in the same way, also when the record of the first was lost", async () => {
    const created = await create();
    const parts = [await sendPart(created, 1, 5 * MIB), await sendPart(created, 2, MIB)];
    const { multipartId } = (await sessionOf(created))!;
    const key = `uploads/${created.uploadId}/000000000000000`;
    const joined = parts.map(({ partNumber, etag }) => ({ partNumber, etag: etag.replaceAll('"', "") }));
    await testEnv.SOURCE.resumeMultipartUpload(key, multipartId!).complete(joined);
    expect((await complete(created, parts)).status).toBe(200);
    expect((await complete(created, parts)).status).toBe(200);
    expect(await stored(created)).toEqual([6 * MIB]);
  });

  it("is deleted when the object has another size", async () => {
    const created = await create();
    const response = await complete(created, [await sendPart(created, 1, 5 * MIB), await sendPart(created, 2, 7)]);
    expect(response.status).toBe(422);
    expect(await detailOf(response)).toContain(`The object has ${5 * MIB + 7} bytes, not ${6 * MIB}.`);
    expect(await stored(created)).toEqual([]);
    expect(await sessionOf(created)).toBeNull();
  });

  it("is not completed with wrong parts, and can be completed afterwards", async () => {
    const created = await create();
    const [first, second] = [await sendPart(created, 1, 5 * MIB), await sendPart(created, 2, MIB)];
    const wrong = [
      [first],
      [first, first],
      [first, { partNumber: 3, etag: second.etag }],
      [first, { partNumber: 2, etag: "0123456789abcdef0123456789abcdef" }],
    ];
    for (const parts of wrong) {
      const response = await complete(created, parts);
      expect(response.status).toBe(422);
      expect(await detailOf(response)).toMatch(/^parts: /);
    }
    expect((await complete(created, [first, second])).status).toBe(200);
  });

  it("is aborted, with its parts", async () => {
    const created = await create();
    const part = await sendPart(created, 1, 5 * MIB);
    expect((await worker.admin("DELETE", `${BASE}/${created.uploadId}`)).status).toBe(204);
    expect(await sessionOf(created)).toBeNull();
    expect((await complete(created, [part])).status).toBe(404);
  });

  it("is aborted by the sweep after its expiry, and takes no request before that", async () => {
    const created = await create();
    const { multipartId } = (await sessionOf(created))!;
    worker.advance(73 * HOUR_MS);
    for (const [path, body] of [
      ["parts", { partNumbers: [1] }],
      ["complete", { parts: [{ partNumber: 1, etag: "a" }] }],
    ] as const) {
      const response = await worker.admin("POST", `${BASE}/${created.uploadId}/${path}`, body);
      expect([response.status, await detailOf(response)]).toEqual([409, "The upload has expired. Create another one."]);
    }
    worker.advance(HOUR_MS);
    const { uploads, now } = worker.context;
    await removeExpiredUploads({ uploads, source: testEnv.SOURCE }, { now: now(), firstAttemptAt: now() }, 100);
    expect(await sessionOf(created)).toBeNull();
    const gone = testEnv.SOURCE.resumeMultipartUpload(`uploads/${created.uploadId}/000000000000000`, multipartId!);
    await expect(gone.uploadPart(1, new Uint8Array(5 * MIB))).rejects.toThrow("10024");
  });

  it("is swept although R2 has aborted it before", async () => {
    const created = await create();
    const { multipartId } = (await sessionOf(created))!;
    await testEnv.SOURCE.resumeMultipartUpload(`uploads/${created.uploadId}/000000000000000`, multipartId!).abort();
    expect((await worker.admin("DELETE", `${BASE}/${created.uploadId}`)).status).toBe(204);
  });

  it("gives further addresses, for parts that it has", async () => {
    const created = await create({ size: 5 * MIB * 150 });
    expect(created.parts).toHaveLength(100);
    const more = (partNumbers: number[]) => worker.admin("POST", `${BASE}/${created.uploadId}/parts`, { partNumbers });
    const { parts } = (await (await more([101, 150])).json()) as Created;
    expect(parts.map(({ partNumber }) => partNumber)).toEqual([101, 150]);
    expect(await detailOf(await more([151]))).toBe("partNumbers: the upload has 150 parts, not 151");
  });

  it("takes no chunk of tus", async () => {
    const { uploadId } = await create();
    const response = await worker.fetch(`/api/v2/uploads/${uploadId}`, {
      method: "PATCH",
      headers: {
        ...{ authorization: `Bearer ${testEnv.ADMIN_API_KEY}`, "Tus-Resumable": "1.0.0", "Upload-Offset": "0" },
        ...{ "Content-Type": "application/offset+octet-stream", "Content-Length": "1" },
      },
      body: new Uint8Array(1),
    });
    expect(response.status).toBe(404);
  });

  it("belongs to its creator", async () => {
    const created = await create();
    const made = await worker.admin("POST", "/admin/api-keys", { name: "site", scopes: ["posts:write"] });
    const { key } = (await made.json()) as { key: string };
    const headers = { authorization: `Bearer ${key}` };
    for (const [method, path, body] of [
      ["POST", "/parts", '{"partNumbers":[1]}'],
      ["POST", "/complete", '{"parts":[{"partNumber":1,"etag":"a"}]}'],
      ["DELETE", "", undefined],
    ] as const) {
      const response = await worker.fetch(`${BASE}/${created.uploadId}${path}`, {
        method,
        headers,
        ...(body && { body }),
      });
      expect(response.status, path).toBe(404);
    }
    expect((await sessionOf(created))!.state).toBe("OPEN");
  });

  it.each([
    ["no bytes", { size: 0 }, "size"],
    ["more than the largest upload", { size: 2 ** 50 }, "size: the largest upload is"],
    ["small parts", { partSize: 5 * MIB - 1 }, "partSize: is at least"],
    ["a name of two lines", { fileName: "a\nb" }, "fileName"],
    ["a hash that is none", { sha256: "abc" }, "sha256"],
    ["an unknown field", { parts: 2 }, "parts: unknown field"],
  ])("is refused with %s", async (_what, more, detail) => {
    const response = await worker.admin("POST", BASE, { size: 6 * MIB, fileName: "a.mp4", ...more });
    expect(response.status).toBe(422);
    expect(await detailOf(response)).toContain(detail);
  });

  it("is refused where S3 is not configured", async () => {
    const without = startWorker();
    const response = await without.admin("POST", BASE, { size: 6 * MIB, fileName: "a.mp4" });
    expect(response.status).toBe(501);
    expect(await detailOf(response)).toContain("Set S3_ENDPOINT");
  });

  it("does not start with some of the settings alone", async () => {
    expect(() => startWorker({ ...S3, S3_SECRET_ACCESS_KEY: undefined })).toThrow("S3_SECRET_ACCESS_KEY");
  });
});

describe("a copied upload", () => {
  // A real bucket in place of one that an operator binds.
  const copy = (body: unknown, on = startWorker({ INCOMING: testEnv.PLAYBACK })) =>
    on.admin("POST", "/api/v2/uploads/copy", body);

  it("is complete, has the bytes of the object, and a post may use it", async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(1000));
    await testEnv.PLAYBACK.put("day 1/film é.mov", bytes);
    const response = await copy({ key: "day 1/film é.mov" });
    expect(response.status).toBe(201);
    const { uploadId, size } = (await response.json()) as { uploadId: string; size: number };
    expect(size).toBe(1000);
    const object = await testEnv.SOURCE.get(`uploads/${uploadId}/000000000000000`);
    expect(new Uint8Array(await object!.arrayBuffer())).toEqual(bytes);
    const post = { title: "A", resourceType: "VIDEO", uploadFileList: [{ uploadId, fileName: "film.mov" }] };
    expect((await worker.admin("POST", "/api/v2/video-posts", post)).status).toBe(201);
  });

  it("is refused for objects of other buckets, empty objects and too large ones", async () => {
    await testEnv.SOURCE.put("uploads/theirs/000000000000000", "x");
    await testEnv.PLAYBACK.put("empty", "");
    await testEnv.PLAYBACK.put("large", "0123456789");
    expect(await detailOf(await copy({ key: "uploads/theirs/000000000000000" }))).toBe(
      "key: the bucket INCOMING has no such object",
    );
    expect(await detailOf(await copy({ key: "empty" }))).toBe("key: the object is empty");
    const small = startWorker({ INCOMING: testEnv.PLAYBACK, MAX_UPLOAD_BYTES: "9" });
    expect(await detailOf(await copy({ key: "large" }, small))).toBe(
      "key: the object has 10 bytes, the largest upload is 9",
    );
    expect(await detailOf(await copy({ key: "large", bucket: "SOURCE" }))).toBe("bucket: unknown field");
  });

  it("is refused where no bucket is bound", async () => {
    expect((await copy({ key: "a" }, worker)).status).toBe(501);
  });
});
