import { beforeAll, describe, expect, it } from "vitest";
import { DEFINITIONS } from "../../../edge/api/definitions/all.ts";
import { AUDIT_ACTIONS, type AuditAction } from "../../../edge/audit/audit-actions.ts";
import { AUTH_SETTINGS, bearer, createKey, gateway } from "../support/admin-callers.ts";
import { allSettled, deliver, everyRow, heldQueue, readAudit, type Shown } from "../support/audited.ts";
import { createPost, type PublishedPost, publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { siteToken, tokenId } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const FROM = { "cf-connecting-ip": "203.0.113.9" };
const NOBODYS = "019a0000-0000-7000-8000-00000000dead";

let worker: TestWorker;
let queue: ReturnType<typeof heldQueue>;
let post: PublishedPost;

beforeAll(async () => {
  queue = heldQueue();
  worker = startWorker({ ...AUTH_SETTINGS, AUDIT_EVENTS: queue.binding });
  post = await publishPost(worker);
});

async function send(method: string, path: string, headers: Record<string, string>, body?: unknown) {
  const text = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
  const response = await worker.fetch(path, { method, headers: { ...FROM, ...headers }, ...text });
  return { status: response.status, body: (await response.json().catch(() => null)) as Record<string, unknown> };
}

const ADMIN = bearer(testEnv.ADMIN_API_KEY as string);

/** The newest event, once whatever was left to the queue has arrived. */
async function newest(query: Record<string, string>): Promise<Shown> {
  await deliver(queue.sent.splice(0));
  const { events } = await readAudit(worker, { limit: "1", ...query });
  return events[0]!;
}

describe("the definitions of the routes", () => {
  const scoped = DEFINITIONS.filter(({ access }) => access.kind === "scope");

  it("name an audit action for everything below /admin and /api/v2 that changes something", () => {
    expect(scoped.filter(({ path }) => !/^\/(?:admin|api\/v2)\//.test(path))).toEqual([]);
    expect(
      DEFINITIONS.filter(({ path, access }) => /^\/(?:admin|api\/v2)\//.test(path) && access.kind !== "scope").map(
        ({ operationId }) => operationId,
      ),
    ).toEqual(["getCaller"]);
    const silent = scoped.filter(({ method, audit }) => method !== "GET" && audit === undefined);
    expect(silent.map(({ operationId }) => operationId)).toEqual([]);
  });

  it("name every audit action but those of uploads", () => {
    const named = new Set(DEFINITIONS.flatMap(({ audit }) => audit ?? []));
    const others = Object.keys(AUDIT_ACTIONS).filter((action) => !named.has(action as AuditAction));
    expect(others).toEqual(["upload.create", "upload.append"]);
  });
});

describe("what an administrator does", () => {
  it("is in the log with who, what, on which post, from where and when, as soon as the answer is there", async () => {
    const before = Date.now();
    const { status, body } = await send("POST", "/api/v2/video-posts", ADMIN, {
      title: "Audited",
      resourceType: "VIDEO",
      uploadFileList: [{ sourceUrl: "https://origin.example/film.mp4?X-Amz-Signature=5ec2e7", fileName: "film.mp4" }],
    });
    expect(status).toBe(201);
    const { events } = await readAudit(worker, { videoPostId: body.videoPostId as string });
    expect(events).toEqual([
      {
        id: expect.any(String),
        at: expect.any(String),
        actor: "api-key:admin",
        action: "post.create",
        videoPostId: body.videoPostId,
        fileIndex: null,
        status: 201,
        outcome: "done",
        reason: null,
        count: 1,
        clientAddress: "203.0.113.9",
        country: null,
        details: {
          title: "Audited",
          resourceType: "VIDEO",
          access: "POLICY",
          autoPublish: false,
          status: "TRANSCODING",
        },
        keepUntil: expect.any(String),
      },
    ]);
    const [{ at, keepUntil }] = events as [Shown];
    expect(Date.parse(at)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(keepUntil) - Date.parse(at)).toBe(400 * 24 * 3600_000);
  });

  it.each([
    ["PATCH", "", { title: "New" }, "post.update", { title: "New" }],
    ["POST", "/audit", { result: "REJECTED", reason: "dull" }, "post.audit", { result: "REJECTED", reason: "dull" }],
    ["DELETE", "", undefined, "post.delete", null],
  ])("is recorded under its name: %s of a post%s", async (method, below, body, action, details) => {
    const videoPostId = await createPost(worker);
    const { status } = await send(method, `/api/v2/video-posts/${videoPostId}${below}`, ADMIN, body);
    expect(await newest({ videoPostId })).toMatchObject({ action, status, details, videoPostId });
  });

  it("is recorded for a job with the job's post", async () => {
    const videoPostId = await createPost(worker);
    const [job] = await worker.context.jobs.list({ videoPostId, limit: 1 });
    await send("POST", `/api/v2/jobs/${job!.jobId}/cancel`, ADMIN);
    expect(await newest({ videoPostId })).toMatchObject({
      action: "job.cancel",
      status: 202,
      details: { jobId: job!.jobId, outcome: "cancelled" },
    });
    await send("POST", `/api/v2/jobs/${job!.jobId}/retry`, ADMIN);
    expect(await newest({ videoPostId })).toMatchObject({ action: "job.retry", status: 202, outcome: "done" });
    await send("POST", `/api/v2/jobs/${job!.jobId}/retry`, ADMIN);
    expect(await newest({ videoPostId })).toMatchObject({
      action: "job.retry",
      status: 409,
      reason: "wrong-state",
      outcome: "refused",
    });
  });

  it("is recorded, for policies, for each post of a batch with its outcome", async () => {
    const policies = [{ quality: "360p", policy: "ENTITLED", entitlement: "vip" }];
    const items = [
      { videoPostId: post.videoPostId, fileIndex: 0, policies },
      { videoPostId: NOBODYS, fileIndex: 3, policies },
    ];
    expect((await send("PUT", "/admin/video/enc/quality-auth/batch", ADMIN, { items })).status).toBe(200);
    expect(await newest({ videoPostId: post.videoPostId })).toMatchObject({
      action: "policy.set",
      fileIndex: 0,
      status: 200,
      details: { policies },
    });
    expect(await newest({ videoPostId: NOBODYS })).toMatchObject({ fileIndex: 3, status: 404, reason: "not-found" });
  });

  it("is recorded, for tokens, by the token's id, through the queue", async () => {
    const issued = await siteToken(worker, post, { viewer: "site:audited", maxUses: 2 });
    await allSettled(worker);
    const event = await newest({ action: "token.issue" });
    expect(event).toMatchObject({ videoPostId: post.videoPostId, fileIndex: 0, status: 200 });
    expect(event.details).toMatchObject({ viewer: "site:audited", maxUses: 2, tokenId: tokenId(issued) });
    await send("POST", "/admin/video/enc/revoke", ADMIN, { token: issued.token });
    expect(await newest({ action: "access.revoke" })).toMatchObject({
      videoPostId: post.videoPostId,
      details: { tokenId: tokenId(issued), sequence: expect.any(Number) },
    });
  });

  it("is counted, for the tokens that a caller issues for one part, in two events a minute with the exact number", async () => {
    const own = heldQueue();
    const waiting = Promise.withResolvers<void>();
    const shop = startWorker({ AUDIT_EVENTS: own.binding }, { wait: () => waiting.promise });
    const first = await siteToken(shop, post, { viewer: "site:0" });
    const issue = (n: number) => siteToken(shop, post, { viewer: `site:${n}`, startSeconds: 60 });
    await Promise.all(Array.from({ length: 100 }, (_, n) => issue(n + 1)));
    waiting.resolve();
    await allSettled(shop);
    expect(own.sent.map(({ action, count }) => [action, count])).toEqual([
      ["token.issue", 1],
      ["token.issue", 100],
    ]);
    expect(own.sent[0]?.details).toMatchObject({ viewer: "site:0", tokenId: tokenId(first) });
    expect(own.sent[1]?.details).toMatchObject({ startSeconds: 60, qualities: first.qualities });
    expect(own.sent[1]?.details).not.toHaveProperty("viewer");
    expect(own.sent[1]?.details).not.toHaveProperty("tokenId");
  });

  it("is recorded for a rotation, an API key and its end", async () => {
    await send("POST", "/admin/video/enc/rotate", ADMIN, { videoPostId: post.videoPostId });
    expect(await newest({ action: "keys.rotate" })).toMatchObject({
      videoPostId: post.videoPostId,
      details: { files: [{ fileIndex: 0, outcome: "queued", jobId: expect.any(String) }] },
    });
    const { keyId } = await createKey(worker, ["posts:read"]);
    const created = await newest({ action: "api-key.create" });
    expect(created.details).toMatchObject({ keyId, scopes: ["posts:read"] });
    await send("DELETE", `/admin/api-keys/${keyId}`, ADMIN);
    expect(await newest({ action: "api-key.revoke" })).toMatchObject({ status: 204, details: { keyId } });
  });

  it("is recorded for uploads: their creation and their end, but not their chunks", async () => {
    const tus = { ...ADMIN, "tus-resumable": "1.0.0" };
    const created = await worker.fetch("/api/v2/uploads", {
      method: "POST",
      headers: { ...tus, "upload-length": "4" },
    });
    expect(await newest({ action: "upload.create" })).toMatchObject({ status: 201, actor: "api-key:admin" });
    const location = created.headers.get("location")!;
    const rows = (await everyRow()).length;
    const chunk = {
      ...tus,
      "content-type": "application/offset+octet-stream",
      "upload-offset": "0",
      "content-length": "2",
    };
    expect((await worker.fetch(location, { method: "PATCH", headers: chunk, body: "ab" })).status).toBe(204);
    expect((await everyRow()).length).toBe(rows);
    const override = { ...tus, "x-http-method-override": "DELETE" };
    expect((await worker.fetch(location, { method: "POST", headers: override })).status).toBe(204);
    expect(await newest({ action: "upload.delete" })).toMatchObject({ status: 204 });
  });

  it("is not recorded if it only reads", async () => {
    const rows = (await everyRow()).length;
    await send("GET", "/api/v2/video-posts", ADMIN);
    await send("GET", `/api/v2/video-posts/${post.videoPostId}`, ADMIN);
    await send("GET", "/admin/audit", ADMIN);
    await allSettled(worker);
    expect([(await everyRow()).length, queue.sent]).toEqual([rows, []]);
  });

  it("is recorded when it is refused, with the reason, and without the input", async () => {
    expect((await send("POST", "/api/v2/video-posts", ADMIN, { title: 7, secret: "hush" })).status).toBe(422);
    expect(await newest({ action: "post.create" })).toMatchObject({ status: 422, reason: "invalid", details: null });
    await send("POST", "/admin/video/enc/rotate", ADMIN, "{");
    expect(await newest({ action: "keys.rotate" })).toMatchObject({ status: 400, reason: "malformed-json" });
  });

  it("names people by what their gateway says of them", async () => {
    await send("POST", "/admin/video/enc/rotate", gateway(["keys:rotate"], { "x-auth-name": "Grace" }), {
      videoPostId: NOBODYS,
    });
    const event = await newest({ action: "keys.rotate" });
    expect(event.actor).toMatch(/^gateway:/);
    expect(event).toMatchObject({ status: 404, details: { callerName: "Grace" } });
  });
});

describe("a caller that was refused for its credentials", () => {
  it("is anonymous in the log, on whichever route, also where it only reads", async () => {
    const refused = async (method: string, path: string, headers: Record<string, string> = {}) => {
      expect((await send(method, path, headers)).status).toBe(401);
      await expect.poll(() => queue.sent.length).toBeGreaterThan(0);
      return newest({ actor: "anonymous" });
    };
    expect(await refused("DELETE", `/api/v2/video-posts/${post.videoPostId}`)).toMatchObject({
      action: "post.delete",
      videoPostId: post.videoPostId,
      status: 401,
      reason: "credentials-missing",
      clientAddress: "203.0.113.9",
      details: null,
    });
    expect(await refused("POST", "/admin/api-keys", bearer("open-sesame"))).toMatchObject({
      action: "api-key.create",
      reason: "credentials-invalid",
    });
    expect(await refused("GET", "/api/v2/jobs/some-job")).toMatchObject({
      action: "other",
      details: { route: "GET /api/v2/jobs/:jobId" },
    });
    expect(await refused("PATCH", "/api/v2/uploads/some-upload")).toMatchObject({ action: "upload.append" });
    expect(await refused("GET", "/admin/video/enc/key?quality=480p")).toMatchObject({ action: "key.read" });
  });

  it("is named where only the scope was missing", async () => {
    const { key, keyId } = await createKey(worker, ["posts:read"]);
    expect((await send("DELETE", `/api/v2/video-posts/${post.videoPostId}`, bearer(key))).status).toBe(403);
    await expect.poll(() => queue.sent.some(({ reason }) => reason === "not-allowed")).toBe(true);
    expect(await newest({ actor: `api-key:${keyId}` })).toMatchObject({
      action: "post.delete",
      reason: "not-allowed",
      status: 403,
    });
  });

  it("cannot fill the log: a thousand tries are few rows with the right total", async () => {
    for (let n = 0; n < 1000; n++) await send("GET", "/api/v2/jobs", bearer(`guess-${n}`));
    await expect.poll(() => queue.sent.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    queue.sent.splice(0);
  });

  it("is not recorded where there is no route", async () => {
    expect((await send("POST", "/admin/nothing", {})).status).toBe(404);
    await allSettled(worker);
    expect(queue.sent).toEqual([]);
  });
});
