import { beforeEach, describe, expect, it, vi } from "vitest";
import { runScheduled } from "../../../edge/scheduled.ts";
import { database } from "../support/inspection.ts";
import { storedChunks, type TokenClient, tokenClient, uploadIdOf } from "../support/token-client.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

let worker: TestWorker;
let client: TokenClient;
beforeEach(() => {
  worker = startWorker();
  client = tokenClient(worker);
});

const filename = (name: string) => ({ "Upload-Metadata": `filename ${btoa(name)}` });

describe("an upload with a token", () => {
  it("needs no API key and makes one post with the defaults of the token", async () => {
    const texts = { title: "Holiday", description: "By the sea", metadata: { order: "42" }, passthrough: "abc" };
    const defaults = { ...texts, authorId: "user-7", resourceType: "VIDEO", access: "PUBLIC" };
    const token = await client.createToken({ postDefaults: defaults });
    expect(token).toMatchObject({ state: "WAITING", upload: null, videoPostId: null });
    const location = await client.create(token, 100, filename("sea.mp4"));
    expect((await client.patch(location, 0, 60)).status).toBe(204);
    expect(await client.read(token)).toMatchObject({
      state: "UPLOADING",
      upload: { size: 100, offset: 60 },
      videoPostId: null,
    });
    expect((await client.send("HEAD", location)).headers.get("Upload-Offset")).toBe("60");
    expect((await client.patch(location, 60, 40)).status).toBe(204);
    expect(await client.read(token)).toMatchObject({ state: "POST_CREATED" });
    expect(await client.postOf(token)).toMatchObject({
      ...{ ...defaults, autoPublish: false, status: "TRANSCODING" },
      files: [{ fileIndex: 0, fileName: "sea.mp4", fileSize: 100 }],
    });
  });

  it("takes the name of the file as title where the token has none", async () => {
    const token = await client.createToken();
    await client.patch(await client.create(token, 10, filename("sea.mp4")), 0, 10);
    expect(await client.postOf(token)).toMatchObject({ title: "sea.mp4" });
  });

  it("is replaced by a repeated creation while it has no bytes", async () => {
    const token = await client.createToken();
    const lost = await client.create(token, 100);
    const location = await client.create(token, 100);
    expect((await client.patch(lost, 0, 100)).status).toBe(404);
    expect((await client.patch(location, 0, 100)).status).toBe(204);
    expect((await client.read(token)).state).toBe("POST_CREATED");
    expect(await storedChunks(lost)).toBe(0);
  });

  it("stores no bytes with its creation, so that a lost answer loses nothing", async () => {
    const token = await client.createToken();
    const headers = {
      ...{ "Upload-Length": "10", "Content-Type": "application/offset+octet-stream", "Content-Length": "10" },
    };
    const sent = () => client.send("POST", token.uploadUrl, { headers, body: new Uint8Array(10) });
    expect((await sent()).headers.get("Upload-Offset")).toBe("0");
    const repeated = await sent();
    expect(repeated.status).toBe(201);
    expect((await client.patch(repeated.headers.get("Location")!, 0, 10)).status).toBe(204);
  });

  it("cannot be followed by a second upload", async () => {
    const token = await client.createToken();
    const location = await client.create(token, 20);
    await client.patch(location, 0, 10);
    const again = () => client.send("POST", token.uploadUrl, { headers: { "Upload-Length": "20" } });
    expect((await again()).status).toBe(403);
    await client.patch(location, 10, 10);
    expect((await again()).status).toBe(403);
    expect(await client.read(token)).toMatchObject({ state: "POST_CREATED", upload: { offset: 20 } });
  });

  it("can be followed by another one after its termination", async () => {
    const token = await client.createToken();
    const location = await client.create(token, 20);
    await client.patch(location, 0, 10);
    expect((await client.send("DELETE", location)).status).toBe(204);
    expect(await storedChunks(location)).toBe(0);
    await client.patch(await client.create(token, 20), 0, 20);
    expect((await client.read(token)).state).toBe("POST_CREATED");
  });

  it("cannot be terminated once its post is created", async () => {
    const token = await client.createToken();
    const location = await client.create(token, 20);
    await client.patch(location, 0, 20);
    expect((await client.send("DELETE", location)).status).toBe(409);
    expect(await storedChunks(location)).toBe(1);
  });

  it("accepts no more bytes than the token allows, with a declared length and without", async () => {
    const token = await client.createToken({ maxBytes: 50 });
    expect((await client.send("POST", token.uploadUrl, { headers: { "Upload-Length": "51" } })).status).toBe(413);
    const deferred = await client.send("POST", token.uploadUrl, { headers: { "Upload-Defer-Length": "1" } });
    const location = deferred.headers.get("Location")!;
    expect((await client.patch(location, 0, 40)).status).toBe(204);
    expect((await client.patch(location, 40, 11)).status).toBe(413);
    expect((await client.patch(location, 40, 0, { headers: { "Upload-Length": "51" } })).status).toBe(413);
    expect((await client.patch(location, 40, 10, { headers: { "Upload-Length": "50" } })).status).toBe(204);
    expect((await client.read(token)).state).toBe("POST_CREATED");
  });

  it.each([
    ["a name with a line break", "a\nb.mp4"],
    ["a name of 256 characters", "a".repeat(256)],
  ])("refuses %s", async (_what, name) => {
    const token = await client.createToken();
    const headers = { "Upload-Length": "10", ...filename(name) };
    expect((await client.send("POST", token.uploadUrl, { headers })).status).toBe(400);
    expect((await client.read(token)).state).toBe("WAITING");
  });

  it("gives its job the longest duration", async () => {
    const token = await client.createToken({ maxDurationSeconds: 90.5 });
    const location = await client.create(token, 10);
    await client.patch(location, 0, 10);
    expect(await worker.context.uploads.findForJob(uploadIdOf(location))).toMatchObject({ maxDurationSeconds: 90.5 });
  });

  it("makes its post of the upload that is complete when the post is reserved", async () => {
    const token = await client.createToken();
    const removed = await client.create(token, 20);
    const { uploadTokens, posts } = worker.context;
    const { reservePost } = uploadTokens;
    let later = "";
    vi.spyOn(uploadTokens, "reservePost").mockImplementationOnce(async (input) => {
      await client.send("DELETE", removed);
      later = uploadIdOf(await client.create(token, 20));
      await database.change("upload_session", { state: "COMPLETE", offset: 20 }, { upload_id: later });
      return reservePost(input);
    });
    await client.patch(removed, 0, 20);
    const post = await posts.load((await client.read(token)).videoPostId!);
    expect(post!.files[0]!.source).toEqual({ kind: "upload", uploadId: later });
    vi.restoreAllMocks();
  });

  it("is refused as the upload of another post", async () => {
    const token = await client.createToken();
    const uploadId = uploadIdOf(await client.create(token, 10));
    const uploadFileList = [{ uploadId, fileName: "a.mp4" }];
    const body = { title: "A", resourceType: "VIDEO", uploadFileList };
    const response = await worker.admin("POST", "/api/v2/video-posts", body);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      detail: `upload ${uploadId} is of an upload token, which creates its post`,
    });
  });
});

describe("a post that could not be created with the last chunk", () => {
  it("is created by the Cron Trigger, once", async () => {
    const token = await client.createToken();
    const location = await client.create(token, 20);
    const { posts } = worker.context;
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const save = vi.spyOn(posts, "save").mockRejectedValueOnce(new Error("D1 is away"));
    expect((await client.patch(location, 0, 20)).status).toBe(204);
    expect(log).toHaveBeenCalledOnce();
    expect(log.mock.calls[0]![0]).not.toContain("eyJ");
    expect(await client.read(token)).toMatchObject({ state: "UPLOADING", videoPostId: null });
    await runScheduled(worker.context);
    await runScheduled(worker.context);
    expect(save).toHaveBeenCalledTimes(2);
    expect(await client.read(token)).toMatchObject({ state: "POST_CREATED" });
    vi.restoreAllMocks();
  });
});
