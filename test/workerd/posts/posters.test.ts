import { beforeEach, describe, expect, it } from "vitest";
import { posterPrefix } from "../../../shared/domain/part/object-keys.ts";
import { completeUpload } from "../support/complete-upload.ts";
import { type IllustratedPost, publishIllustrated } from "../support/images.ts";
import { testEnv } from "../support/test-env.ts";
import { administer, siteToken } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
let post: IllustratedPost;
beforeEach(async () => {
  post = await publishIllustrated(worker);
});

/** A PNG of 2 x 1 pixels with a comment. */
const chunk = (name: string, ...data: readonly number[]) => [
  ...[0, 0, 0, data.length],
  ...new TextEncoder().encode(name),
  ...data,
  ...[0, 0, 0, 0],
];
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const HEADER = chunk("IHDR", 0, 0, 0, 2, 0, 0, 0, 1, 8, 2, 0, 0, 0);
const PICTURE = [...chunk("IDAT", 1, 2, 3), ...chunk("IEND")];
const PNG = new Uint8Array([...SIGNATURE, ...HEADER, ...chunk("tEXt", 72, 105), ...PICTURE]);
const CLEAN = new Uint8Array([...SIGNATURE, ...HEADER, ...PICTURE]);

const path = (part: string | number = 0) => `/api/v2/video-posts/${post.videoPostId}/parts/${part}/poster`;
const put = (body: unknown, part: string | number = 0) => administer(worker, "PUT", path(part), body);
const upload = (bytes: Uint8Array<ArrayBuffer>) => completeUpload(worker, bytes);
const shown = ({ body }: { body: Record<string, unknown> }) =>
  (body.files as { images: { poster: { url: string; candidate: number | null } } }[])[0]!.images.poster;
const bytesAt = async (url: string) => new Uint8Array(await (await worker.fetch(url)).arrayBuffer());
const stored = async (prefix = "posters/") => (await testEnv.SOURCE.list({ prefix })).objects.length;

describe("the poster of a part", () => {
  it("is the candidate that an editor chooses, and the best one again", async () => {
    expect(shown(await put({ candidate: 3 }))).toMatchObject({
      candidate: 3,
      url: expect.stringMatching(/poster-3\.jpg$/),
    });
    const { token } = await siteToken(worker, post);
    const beside = `/video/enc/videoResource/${post.videoPostId}/0/poster.jpg?token=${token}`;
    expect(new TextDecoder().decode(await bytesAt(beside))).toBe("poster-3.jpg");
    expect(shown(await administer(worker, "DELETE", path()))).toMatchObject({ candidate: 2 });
    expect(new TextDecoder().decode(await bytesAt(beside))).toBe("poster-2.jpg");
  });

  it("is an image that an editor uploads, without its metadata, until another one takes its place", async () => {
    const uploadId = await upload(PNG);
    const before = await stored();
    const set = await put({ uploadId });
    const { url, ...poster } = shown(set);
    expect(poster).toEqual({ width: 2, height: 1, candidate: null });
    const response = await worker.fetch(url);
    expect(response.headers.get("content-type")).toBe("image/png");
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(CLEAN);
    expect(await stored()).toBe(before + 1);
    // The upload is used up.
    expect(await stored(`uploads/${uploadId}/`)).toBe(0);
    expect((await put({ uploadId })).status).toBe(422);
    const second = shown(await put({ uploadId: await upload(PNG) }));
    await worker.settled();
    expect(second.url).not.toBe(url);
    expect((await worker.fetch(url)).status).toBe(404);
    expect((await worker.fetch(second.url)).status).toBe(200);
    const id = url.split("/").at(-2)!;
    await expect.poll(() => stored(posterPrefix(id))).toBe(0);
  });

  it("goes with its part", async () => {
    const { url } = shown(await put({ uploadId: await upload(PNG) }));
    const prefix = posterPrefix(url.split("/").at(-2)!);
    expect(await stored(prefix)).toBe(1);
    await administer(worker, "DELETE", `/api/v2/video-posts/${post.videoPostId}`);
    await worker.settled();
    await expect.poll(() => stored(prefix)).toBe(0);
    await expect.poll(() => stored(`${post.clearPrefix}images/`)).toBe(0);
  });

  it("is shown to editors whatever the policies are", async () => {
    await administer(worker, "PUT", "/admin/video/enc/quality-auth", {
      ...{ videoPostId: post.videoPostId, fileIndex: 0 },
      policies: [{ quality: "480p", policy: "DENIED" }],
    });
    for (const [query, name] of [
      ["", "poster-2.jpg"],
      ["?candidate=1", "poster-1.jpg"],
    ]) {
      const response = await worker.admin("GET", `${path()}${query}`);
      expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
      expect(new TextDecoder().decode(await response.arrayBuffer())).toBe(name);
    }
    expect((await worker.admin("GET", path(7))).status).toBe(404);
    expect((await worker.fetch(path())).status).toBe(401);
  });

  it.each([
    [{}, "name either a candidate or an uploadId"],
    [{ candidate: 1, uploadId: "x" }, "name either a candidate or an uploadId"],
    [{ candidate: 4 }, "candidate"],
    [{ uploadId: "unknown" }, "uploadId: unknown upload unknown"],
  ])("refuses %j", async (body, detail) => {
    const { status, body: problem } = await put(body);
    expect(status).toBe(422);
    expect(problem.detail).toContain(detail);
  });

  it("refuses a file that is no image, whatever its name says, and leaves nothing behind", async () => {
    const before = await stored();
    const uploadId = await upload(new Uint8Array([...new TextEncoder().encode("<svg onload='alert(1)'/>")]));
    const { status, body } = await put({ uploadId });
    expect([status, body.detail]).toEqual([422, "uploadId: the file is no whole JPEG, PNG or WebP image"]);
    const wide = new Uint8Array(PNG);
    wide.set([0, 0, 16, 1], 16);
    expect((await put({ uploadId: await upload(wide) })).body.detail).toContain("has 4097x1 pixels");
    const outdated = await put({ uploadId: await upload(PNG), version: 1 });
    expect(outdated).toMatchObject({ status: 409, body: { code: "version-outdated" } });
    expect(await stored()).toBe(before);
  });
});
