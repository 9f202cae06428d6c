import { describe, expect, it } from "vitest";
import type { Scope } from "../../../shared/domain/access/scope.ts";
import { createKey } from "../support/admin-callers.ts";
import { testEnv } from "../support/test-env.ts";
import { administer } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
const POSTS = "/api/v2/video-posts";
const DRAFT = { title: "A film", resourceType: "VIDEO" };

const create = (more: object = {}) => administer(worker, "POST", POSTS, { ...DRAFT, ...more });
const show = async (id: unknown) => (await administer(worker, "GET", `${POSTS}/${id}`, undefined)).body;
const edit = (id: unknown, body: object) => administer(worker, "PATCH", `${POSTS}/${id}`, body);

describe("a post without parts", () => {
  it.each([{}, { uploadFileList: [] }, { autoPublish: true }])("is a draft without jobs: %j", async (more) => {
    const { status, body } = await create(more);
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: "DRAFT", files: [] });
    expect(await show(body.videoPostId)).toMatchObject({ status: "DRAFT", files: [], durationSeconds: 0, audit: null });
  });

  it("cannot be reviewed", async () => {
    const { body } = await create();
    const audited = await administer(worker, "POST", `${POSTS}/${body.videoPostId}/audit`, { result: "PASSED" });
    expect([audited.status, audited.body.code]).toEqual([409, "wrong-state"]);
  });
});

describe("the author of a post", () => {
  const createAs = async (scopes: readonly Scope[], authorId?: string) => {
    const { key, keyId } = await createKey(worker, scopes);
    const init = { method: "POST", headers: { authorization: `Bearer ${key}` } };
    const response = await worker.fetch(POSTS, { ...init, body: JSON.stringify({ ...DRAFT, authorId }) });
    return {
      status: response.status,
      body: (await response.json()) as Record<string, unknown>,
      id: `api-key:${keyId}`,
    };
  };

  it("is the caller, unless the request names another", async () => {
    const { status, body, id } = await createAs(["posts:write"]);
    expect(status).toBe(201);
    expect(await show(body.videoPostId)).toMatchObject({ authorId: id });
  });

  it("can be another with the scope posts:author", async () => {
    const { status, body } = await createAs(["posts:write", "posts:author"], "user-42");
    expect(status).toBe(201);
    expect(await show(body.videoPostId)).toMatchObject({ authorId: "user-42" });
  });

  it("is refused as another without the scope, and alone the scope creates nothing", async () => {
    const refused = await createAs(["posts:write"], "user-42");
    expect([refused.status, refused.body.code]).toEqual([403, "not-allowed"]);
    expect(refused.body.detail).toBe("A post of another author needs the scope posts:author.");
    expect((await createAs(["posts:author"], "user-42")).status).toBe(403);
  });

  it("is one line", async () => {
    expect((await create({ authorId: "a\nb" })).status).toBe(422);
    expect((await create({ authorId: "" })).status).toBe(422);
    expect((await create({ authorId: "x".repeat(201) })).status).toBe(422);
  });
});

describe("metadata and passthrough", () => {
  it("are echoed, and edited each for itself", async () => {
    const metadata = { "shop.order": "A-1", note: "zwei\nZeilen 😀" };
    const { body } = await create({ metadata, passthrough: "cart=7" });
    expect(await show(body.videoPostId)).toMatchObject({ metadata, passthrough: "cart=7" });
    expect((await edit(body.videoPostId, { metadata: { b: "2" } })).body).toMatchObject({ metadata: { b: "2" } });
    expect((await edit(body.videoPostId, { passthrough: null })).body).toMatchObject({ passthrough: null });
    expect((await edit(body.videoPostId, { title: "Two" })).body).toMatchObject({
      metadata: { b: "2" },
      passthrough: null,
    });
    const cleared = await edit(body.videoPostId, { metadata: {} });
    expect([cleared.status, cleared.body.metadata]).toEqual([200, {}]);
  });

  it("are empty where the request has none", async () => {
    expect(await show((await create()).body.videoPostId)).toMatchObject({ metadata: {}, passthrough: null });
  });

  const entries = (count: number, value = "v") =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`name-${n}`, value]));

  it("may be as large as documented", async () => {
    expect((await create({ metadata: entries(20), passthrough: "ä".repeat(127) })).status).toBe(201);
    expect((await create({ metadata: { ["n".repeat(40)]: "v".repeat(500) } })).status).toBe(201);
  });

  it.each<[object, RegExp]>([
    [{ metadata: entries(21) }, /^metadata: must have at most 20 entries$/],
    [{ metadata: entries(20, "v".repeat(300)) }, /^metadata: must have at most 4096 bytes, not \d+$/],
    [{ metadata: { ["n".repeat(41)]: "v" } }, /^metadata: a name must have 1 to 40 /],
    [{ metadata: { "": "v" } }, /^metadata: a name must have 1 to 40 /],
    [{ metadata: { "a b": "v" } }, /^metadata: a name must have 1 to 40 /],
    [{ metadata: { a: "v".repeat(501) } }, /^metadata\.a: /],
    [{ metadata: { a: 1 } }, /^metadata\.a: /],
    [{ metadata: { a: "\u0000" } }, /^metadata\.a: /],
    [{ metadata: ["a"] }, /^metadata: /],
    [{ metadata: null }, /^metadata: /],
    [{ passthrough: "ä".repeat(128) }, /^passthrough: must have at most 255 bytes$/],
    [{ passthrough: 7 }, /^passthrough: /],
  ])("are refused, in a new post and in an edit: %j", async (more, detail) => {
    const created = await create(more);
    expect([created.status, created.body.detail]).toEqual([422, expect.stringMatching(detail)]);
    const { body } = await create();
    const edited = await edit(body.videoPostId, more);
    expect([edited.status, edited.body.detail]).toEqual([422, expect.stringMatching(detail)]);
  });

  it("do not lose a name that JavaScript treats specially", async () => {
    const send = (metadata: string) =>
      worker.fetch(POSTS, {
        method: "POST",
        headers: { authorization: `Bearer ${testEnv.ADMIN_API_KEY}` },
        body: `{"title":"A","resourceType":"VIDEO","metadata":${metadata}}`,
      });
    const refused = await send('{"__proto__":"v"}');
    expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
      422,
      "metadata: must not have the name __proto__",
    ]);
    const { body } = await create({ metadata: { constructor: "c", toString: "t" } });
    expect(await show(body.videoPostId)).toMatchObject({ metadata: { constructor: "c", toString: "t" } });
  });
});
