import { beforeEach, describe, expect, it } from "vitest";
import type { Scope } from "../../../shared/domain/access/scope.ts";
import { createKey } from "../support/admin-callers.ts";
import { allSettled, readAudit } from "../support/audited.ts";
import { completeUpload } from "../support/complete-upload.ts";
import { database } from "../support/inspection.ts";
import { emptyQueue } from "../support/one-job.ts";
import { testEnv } from "../support/test-env.ts";
import { administer } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
const CREATE = "/api/v2/m3u8-encoder/upload/url";
const REQUEST = { url: "https://r2.example.com/file.mp4", title: "Épisode 1 - Le Commencement", resourceType: "VIDEO" };

const create = (more: object = {}) => administer(worker, "POST", CREATE, { ...REQUEST, ...more });
const read = (path: unknown) => administer(worker, "GET", String(path), undefined);

beforeEach(emptyQueue);

describe("a job of the encoder API", () => {
  it("is accepted with the fields of the source document", async () => {
    const { status, body } = await create();
    expect(status).toBe(201);
    expect(body).toStrictEqual({
      status: "accepted",
      jobId: expect.stringMatching(/^job-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      slug: "episode-1-le-commencement",
      title: REQUEST.title,
      jobStatus: "DOWNLOADING",
      statusUrl: `/api/v2/m3u8-encoder/status/${body.jobId}`,
      jobUrl: `/api/v2/m3u8-encoder/jobs/${body.jobId}`,
    });
  });

  it.each([
    ["Épisode 1 - Le Commencement", "episode-1-le-commencement"],
    ["Série X - Épisode 1", "serie-x-episode-1"],
    ["第一話「始まり」", "第一話-始まり"],
    ["🎬", "untitled"],
    ["a".repeat(200), "a".repeat(80)],
  ])("of the title %j has the slug %s, like every other of this title", async (title, slug) => {
    const [first, second] = [await create({ title }), await create({ title })];
    expect([first.body.slug, second.body.slug]).toEqual([slug, slug]);
    expect(first.body.jobId).not.toBe(second.body.jobId);
  });

  it("is read at its two addresses, and is a post whose qualities are public", async () => {
    const { body: accepted } = await create({ metadata: { a: "b" }, passthrough: "ref-7" });
    const progress = {
      ...{ jobId: accepted.jobId, status: "DOWNLOADING", stage: "QUEUED", progressPercentage: 0 },
      ...{ currentVariant: null, variantProgressPercentage: null, completedSegments: 0, totalSegments: null },
    };
    const addresses = { statusUrl: accepted.statusUrl, jobUrl: accepted.jobUrl };
    const status = await read(accepted.statusUrl);
    expect([status.status, status.body]).toEqual([200, { ...progress, failure: null, ...addresses }]);
    const { body: job } = await read(accepted.jobUrl);
    expect(job).toMatchObject({
      ...{ ...progress, ...addresses, slug: accepted.slug, title: REQUEST.title, resourceType: "VIDEO", variants: {} },
      ...{ masterPlaylistUrl: null, securePlaybackUrl: null, keyPrefix: null, warnings: [], failure: null },
      ...{ metadata: { a: "b" }, passthrough: "ref-7", finishedAt: null },
    });
    const { body: post } = await read(`/api/v2/video-posts/${job.videoPostId}`);
    expect(post).toMatchObject({ access: "PUBLIC", autoPublish: true, files: [{ fileName: "file.mp4" }] });
  });

  it("has the deployment's policies where the request says so", async () => {
    const { body: accepted } = await create({ access: "policy" });
    const { body: job } = await read(accepted.jobUrl);
    expect((await read(`/api/v2/video-posts/${job.videoPostId}`)).body).toMatchObject({ access: "POLICY" });
  });

  it("is made of an upload of the caller, once", async () => {
    const uploadId = await completeUpload(worker);
    const request = { url: undefined, uploadId };
    expect((await create(request)).status).toBe(201);
    const again = await create(request);
    expect([again.status, again.body.code]).toEqual([409, "wrong-state"]);
  });

  it("is created once by a request that is repeated with its Idempotency-Key", async () => {
    const headers = {
      "content-type": "application/json",
      authorization: `Bearer ${testEnv.ADMIN_API_KEY}`,
      "idempotency-key": crypto.randomUUID(),
    };
    const send = () => worker.fetch(CREATE, { method: "POST", headers, body: JSON.stringify(REQUEST) });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status, second.headers.get("idempotency-replayed")]).toEqual([201, 201, "true"]);
    const { jobId } = (await first.json()) as { jobId: string };
    expect(await second.json()).toMatchObject({ jobId });
    const { body: job } = await read(`/api/v2/m3u8-encoder/jobs/${jobId}`);
    expect(await database.count("encoder_job", { video_post_id: job.videoPostId })).toBe(1);
  });

  it("is in the audit log without its URL", async () => {
    await administer(worker, "POST", "/api/v2/m3u8-encoder/webhook-secret", undefined);
    const { body: accepted } = await create({ webhookUrl: "https://hooks.example.com/x?secret=1" });
    await allSettled(worker);
    const [event] = (await readAudit(worker, { action: "encoder-job.create" })).events;
    expect(event).toMatchObject({
      outcome: "done",
      details: { jobId: accepted.jobId, title: REQUEST.title, webhookHost: "hooks.example.com" },
    });
    expect(JSON.stringify(event)).not.toContain("secret=1");
  });
});

describe("a request for a job", () => {
  it.each([
    ["url", { url: undefined }],
    ["url", { url: "ftp://r2.example.com/file.mp4" }],
    ["url", { uploadId: "some-upload" }],
    ["uploadId", { url: undefined, uploadId: "some-upload" }],
    ["title", { title: undefined }],
    ["title", { title: " \u0000 " }],
    ["title", { title: "a".repeat(201) }],
    ["resourceType", { resourceType: "IMAGE" }],
    ["access", { access: "private" }],
    ["metadata", { metadata: { a: 1 } }],
    ["passthrough", { passthrough: "a".repeat(10_000) }],
    ["webhookUrl", { webhookUrl: "http://127.0.0.1/hook" }],
    ["webhookUrl", { webhookUrl: "https://user:pw@hooks.example.com/" }],
    ["quality", { quality: "1080p" }],
  ])("is refused with the name of the field %s: %j", async (field, more) => {
    const { status, body } = await create(more);
    expect([status, body.code]).toEqual([422, "invalid"]);
    expect(body.detail).toContain(field);
  });

  it("with a webhookUrl is refused while no secret signs", async () => {
    await database.remove("webhook_secret", { endpoint_id: "encoder-jobs" });
    const { status, body } = await create({ webhookUrl: "https://hooks.example.com/" });
    expect([status, body.code]).toEqual([409, "wrong-state"]);
    expect(body.detail).toContain("POST /api/v2/m3u8-encoder/webhook-secret");
  });

  it("names every field that is wrong", async () => {
    const { body } = await create({ url: "x", resourceType: "FILM", extra: 1 });
    for (const field of ["url", "resourceType", "extra"]) expect(body.detail).toContain(field);
  });

  it("needs the scope posts:write", async () => {
    const as = async (scopes: readonly Scope[]) => {
      const { key } = await createKey(worker, scopes);
      const init = { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" } };
      return (await worker.fetch(CREATE, { ...init, body: JSON.stringify(REQUEST) })).status;
    };
    expect([await as(["posts:read"]), await as(["posts:write"])]).toEqual([403, 201]);
  });
});

describe("the address of a job", () => {
  it.each(["job-abc123", "job-", "01923456-789a-7bcd-8ef0-123456789abc", "job-01923456-789a-7bcd-8ef0-123456789abc"])(
    "leads nowhere for %s",
    async (name) => {
      for (const room of ["status", "jobs"]) {
        expect((await read(`/api/v2/m3u8-encoder/${room}/${name}`)).status).toBe(404);
      }
    },
  );

  it("answers 410 once the post is deleted", async () => {
    const { body: accepted } = await create();
    const { body: job } = await read(accepted.jobUrl);
    await administer(worker, "DELETE", `/api/v2/video-posts/${job.videoPostId}`, undefined);
    expect((await read(accepted.jobUrl)).status).toBe(410);
    expect((await read(accepted.statusUrl)).body).toMatchObject({ code: "deleted" });
  });
});
