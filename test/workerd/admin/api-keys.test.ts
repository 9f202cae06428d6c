import { beforeEach, describe, expect, it } from "vitest";
import { hashOfSecret } from "../../../shared/application/api-key-text.ts";
import { SCOPES } from "../../../shared/domain/access/scope.ts";
import { bearer, type CreatedKey, createKey } from "../support/admin-callers.ts";
import { database } from "../support/inspection.ts";
import { testEnv } from "../support/test-env.ts";
import { administer } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const PATH = "/admin/api-keys";
const MINUTE = 60_000;
const FIRST = bearer(testEnv.ADMIN_API_KEY as string);
const FOREVER = "9999-12-31T23:59:59Z";

let worker: TestWorker;
beforeEach(async () => {
  await database.remove("api_key");
  worker = startWorker();
});

type Shown = Record<string, unknown> & { keyId: string; lastUsedAt: string | null };

async function listed(): Promise<Shown[]> {
  return (await administer(worker, "GET", PATH, undefined)).body.apiKeys as Shown[];
}

async function statusWith(key: string, path = "/api/v2/video-posts"): Promise<number> {
  const { status } = await worker.fetch(path, { headers: bearer(key) });
  await worker.settled();
  return status;
}

async function rowOf({ keyId }: { keyId: string }) {
  return (await database.rows("api_key", { key_id: keyId }))[0] ?? null;
}

async function upload(by: CreatedKey): Promise<string> {
  const headers = {
    ...bearer(by.key),
    "tus-resumable": "1.0.0",
    "upload-length": "4",
    "content-length": "4",
    "content-type": "application/offset+octet-stream",
  };
  const response = await worker.fetch("/api/v2/uploads", { method: "POST", headers, body: "film" });
  return response.headers.get("location")!;
}

describe("an API key that is made", () => {
  it("is shown once, with what it is, and stored as a hash", async () => {
    const { status, body } = await administer(worker, "POST", PATH, {
      name: " The site ",
      scopes: ["tokens:issue", "posts:read"],
      expiresAt: "2040-01-01T01:00:00+01:00",
    });
    expect(status).toBe(201);
    const { key, keyId, createdAt, ...rest } = body as { key: string; keyId: string; createdAt: string };
    expect(key).toMatch(new RegExp(`^llk_${keyId}_[A-Za-z0-9_-]{43}$`));
    expect(Math.abs(Date.parse(createdAt) - Date.now())).toBeLessThan(MINUTE);
    expect(rest).toEqual({
      name: "The site",
      scopes: ["tokens:issue", "posts:read"],
      status: "ACTIVE",
      createdBy: "api-key:admin",
      expiresAt: "2040-01-01T00:00:00.000Z",
      revokedAt: null,
      lastUsedAt: null,
    });
    const secret = key.split("_").slice(2).join("_");
    const row = await rowOf({ keyId });
    expect(row?.secret_hash).toBe(await hashOfSecret(secret));
    expect(JSON.stringify(row)).not.toContain(secret);
  });

  it("is listed without the key and without the hash", async () => {
    const { key, keyId } = await createKey(worker, ["posts:read"], { name: "first" });
    const shown = await listed();
    expect(shown).toMatchObject([{ keyId, name: "first", status: "ACTIVE" }]);
    expect(Object.keys(shown[0]!).toSorted()).toEqual(
      [
        "createdAt",
        "createdBy",
        "expiresAt",
        "keyId",
        "lastUsedAt",
        "name",
        "revokedAt",
        "scopes",
        "status",
      ].toSorted(),
    );
    const text = JSON.stringify(shown);
    expect(text).not.toContain(key);
    expect(text).not.toContain((await rowOf({ keyId }))?.secret_hash);
  });

  it("names who made it, and its own id when it makes another", async () => {
    const first = await createKey(worker, ["admin"]);
    const body = JSON.stringify({ name: "second", scopes: ["posts:read"] });
    await worker.fetch(PATH, { method: "POST", headers: bearer(first.key), body });
    const makers = new Map((await listed()).map(({ name, createdBy }) => [name, createdBy]));
    expect(makers.get("a test")).toBe("api-key:admin");
    expect(makers.get("second")).toBe(`api-key:${first.keyId}`);
  });

  it.each([
    ["no name", { scopes: ["admin"] }],
    ["an empty name", { name: "  ", scopes: ["admin"] }],
    ["a name that is too long", { name: "x".repeat(201), scopes: ["admin"] }],
    ["no scopes", { name: "x" }],
    ["an empty list of scopes", { name: "x", scopes: [] }],
    ["a scope that does not exist", { name: "x", scopes: ["posts:read", "posts:delete"] }],
    ["scopes in one text", { name: "x", scopes: "posts:read" }],
    [
      "more scopes than there are",
      { name: "x", scopes: Array.from({ length: SCOPES.length + 1 }, () => "posts:read") },
    ],
    ["an end that is over", { name: "x", scopes: ["admin"], expiresAt: "2020-01-01T00:00:00Z" }],
    ["an end without a zone", { name: "x", scopes: ["admin"], expiresAt: "2040-01-01T00:00:00" }],
    ["an end in numbers", { name: "x", scopes: ["admin"], expiresAt: 2_000_000_000 }],
    ["a misspelt end", { name: "x", scopes: ["admin"], expires_at: FOREVER }],
    ["a key that the caller chose", { name: "x", scopes: ["admin"], keyId: "0123456789abcdef" }],
    ["a list", []],
  ])("is refused with %s", async (_, body) => {
    expect((await administer(worker, "POST", PATH, body)).status).toBe(422);
    expect(await listed()).toEqual([]);
  });

  it("is refused where the body is no JSON or far too long", async () => {
    const post = (body: string) => worker.fetch(PATH, { method: "POST", headers: FIRST, body });
    expect((await post("{")).status).toBe(400);
    expect((await post(JSON.stringify({ name: "x".repeat(300_000), scopes: ["admin"] }))).status).toBe(413);
  });
});

describe("an API key", () => {
  it("opens what its scopes name until it ends, and is then refused with the reason", async () => {
    const { key } = await createKey(worker, ["posts:read"], {
      expiresAt: new Date(worker.context.now() + MINUTE).toISOString(),
    });
    expect(await statusWith(key)).toBe(200);
    expect(await statusWith(key, PATH)).toBe(403);
    worker.advance(MINUTE);
    const response = await worker.fetch("/api/v2/video-posts", { headers: bearer(key) });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(await response.json()).toMatchObject({ code: "credentials-invalid", detail: "this API key has expired" });
  });

  it("is refused from its revocation on, which can be repeated", async () => {
    const [gone, stays] = [await createKey(worker, ["posts:read"]), await createKey(worker, ["posts:read"])];
    const revoke = () => worker.admin("DELETE", `${PATH}/${gone.keyId}`);
    expect((await revoke()).status).toBe(204);
    const { revokedAt } = (await listed()).find(({ keyId }) => keyId === gone.keyId)!;
    worker.advance(MINUTE);
    expect((await revoke()).status).toBe(204);
    expect(await listed()).toContainEqual(
      expect.objectContaining({ keyId: gone.keyId, status: "REVOKED", revokedAt }) as Shown,
    );
    expect(await statusWith(gone.key)).toBe(401);
    expect(await statusWith(stays.key)).toBe(200);
  });

  it.each(["admin", "0123456789abcdef", "%27%20OR%201=1"])("refuses to be revoked: %s", async (keyId) => {
    await createKey(worker, ["posts:read"]);
    expect((await worker.admin("DELETE", `${PATH}/${keyId}`)).status).toBe(404);
    expect((await listed()).every(({ status }) => status === "ACTIVE")).toBe(true);
  });

  it("reveals nothing to a caller who has only its id", async () => {
    const active = await createKey(worker, ["posts:read"]);
    const revoked = await createKey(worker, ["posts:read"]);
    await worker.admin("DELETE", `${PATH}/${revoked.keyId}`);
    const answers = await Promise.all(
      [active.keyId, revoked.keyId, "0123456789abcdef"].map(async (keyId) => {
        const guess = bearer(`llk_${keyId}_${"A".repeat(43)}`);
        return (await worker.fetch("/api/v2/video-posts", { headers: guess })).text();
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain("credentials-invalid");
  });

  it("owns what it uploads, so that no other key can build a post on it", async () => {
    const [mine, theirs] = [await createKey(worker, ["posts:write"]), await createKey(worker, ["posts:write"])];
    const location = await upload(mine);
    const head = (by: CreatedKey) =>
      worker.fetch(location, { method: "HEAD", headers: { ...bearer(by.key), "tus-resumable": "1.0.0" } });
    expect((await head(mine)).status).toBe(200);
    expect((await head(theirs)).status).toBe(404);
    expect(await postOn(theirs, location)).toBe(422);
    expect(await postOn(mine, location)).toBe(201);
    expect(await database.count("video_post", { author_id: `api-key:${mine.keyId}` })).toBe(1);
  });

  async function postOn(by: CreatedKey, location: string): Promise<number> {
    const uploadFileList = [{ uploadId: location.split("/").at(-1), fileName: "film.mp4" }];
    const body = JSON.stringify({ title: "A film", resourceType: "VIDEO", uploadFileList });
    return (await worker.fetch("/api/v2/video-posts", { method: "POST", headers: bearer(by.key), body })).status;
  }
});

describe("the first key", () => {
  it("is in no list", async () => {
    expect((await worker.admin("GET", PATH)).status).toBe(200);
    expect(await listed()).toEqual([]);
  });
});
