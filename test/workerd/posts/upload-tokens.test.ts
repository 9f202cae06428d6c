import { beforeEach, describe, expect, it } from "vitest";
import { heldQueue } from "../support/audited.ts";
import { database } from "../support/inspection.ts";
import { testEnv } from "../support/test-env.ts";
import { STUDIO, storedChunks, type Token, type TokenClient, tokenClient } from "../support/token-client.ts";
import { ORIGIN, startWorker, type TestWorker } from "../support/worker.ts";

const PATH = "/api/v2/token-uploads";
const HOUR_MS = 3_600_000;

let worker: TestWorker;
let client: TokenClient;
beforeEach(() => {
  worker = startWorker();
  client = tokenClient(worker);
});

describe("the address of an upload token", () => {
  it.each(["HEAD", "PATCH", "DELETE"])("allows %s of no upload but that of its token", async (method) => {
    const mine = await client.createToken();
    const theirs = await client.createToken();
    const [location, other] = [await client.create(mine, 10), await client.create(theirs, 10)];
    const { search } = new URL(location, ORIGIN);
    const path = new URL(other, ORIGIN).pathname + search;
    const response = method === "PATCH" ? await client.patch(path, 0, 10) : await client.send(method, path);
    expect(response.status).toBe(404);
    expect(await client.read(theirs)).toMatchObject({ state: "UPLOADING", upload: { offset: 0 } });
  });

  it.each([
    ["no token", ""],
    ["a made-up token", "?token=eyJhbGciOiJub25lIn0.e30."],
    ["an API key", `?token=${testEnv.ADMIN_API_KEY}`],
  ])("is refused with %s, and a page may read why", async (_what, query) => {
    const response = await client.send("POST", `${PATH}${query}`, { headers: { "Upload-Length": "1" } });
    expect(response.status).toBe(401);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(await response.text()).toBe("This upload address is not valid. Request another one.\n");
  });

  it("is counted in the audit log, however often a page creates uploads or is refused", async () => {
    const queue = heldQueue();
    worker = startWorker({ AUDIT_EVENTS: queue.binding as never }, { wait: () => new Promise(() => {}) });
    client = tokenClient(worker);
    const token = await client.createToken();
    const post = () => client.send("POST", token.uploadUrl, { headers: { "Upload-Length": "10" } });
    for (let n = 0; n < 3; n++) expect((await post()).status).toBe(201);
    await worker.admin("DELETE", `/api/v2/upload-tokens/${token.tokenId}`);
    for (let n = 0; n < 3; n++) expect((await post()).status).toBe(410);
    const actor = `upload-token:${token.tokenId}`;
    expect(await database.count("audit_event", { actor })).toBe(0);
    const sent = queue.sent.filter((event) => event.actor === actor);
    expect(sent.map(({ action, status }) => [action, status])).toEqual([
      ["upload.create", 201],
      ["upload.create", 410],
    ]);
  });

  it("is of no use at any other route", async () => {
    const token = await client.createToken();
    const text = new URL(token.uploadUrl).searchParams.get("token")!;
    const headers = { authorization: `Bearer ${text}`, "Tus-Resumable": "1.0.0", "Upload-Length": "1" };
    for (const path of ["/api/v2/uploads", "/api/v2/upload-tokens", `/api/v2/uploads?token=${text}`]) {
      expect((await worker.fetch(path, { method: "POST", headers })).status, path).toBe(401);
    }
    const key = await worker.fetch(`/video/enc/key?keyId=a&quality=480p&token=${text}`);
    expect(key.status).toBe(401);
  });

  it("serves pages of its origin, with CORS for that origin alone", async () => {
    const token = await client.createToken();
    const response = await client.send("POST", token.uploadUrl, { headers: { "Upload-Length": "1" } });
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe(STUDIO);
    expect(response.headers.get("Vary")).toContain("Origin");
    expect(response.headers.get("Access-Control-Expose-Headers")).toContain("Location");
    const preflight = await worker.fetch(new URL(token.uploadUrl).pathname + new URL(token.uploadUrl).search, {
      method: "OPTIONS",
      headers: {
        Origin: STUDIO,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "tus-resumable",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("Access-Control-Allow-Origin")).toBe(STUDIO);
    expect(preflight.headers.get("Access-Control-Allow-Headers")).toBe("tus-resumable");
  });

  it.each([
    ["another origin", STUDIO, "https://studio.example.com.evil.example"],
    ["the origin of a file", STUDIO, "null"],
    ["any origin where the token names none", null, STUDIO],
  ])("refuses pages of %s, preflights included", async (_what, corsOrigin, origin) => {
    const token = await client.createToken({ corsOrigin });
    const refused = await client.send("POST", token.uploadUrl, { origin, headers: { "Upload-Length": "1" } });
    expect(refused.status).toBe(403);
    expect(refused.headers.get("Access-Control-Allow-Origin")).toBe(corsOrigin);
    const headers = { "Access-Control-Request-Method": "POST" };
    expect((await client.send("OPTIONS", token.uploadUrl, { origin, headers })).status).toBe(403);
    expect((await client.read(token)).state).toBe("WAITING");
  });

  it("serves clients that are no browsers", async () => {
    const token = await client.createToken({ corsOrigin: null });
    const headers = { "Upload-Length": "1" };
    expect((await client.send("POST", token.uploadUrl, { origin: null, headers })).status).toBe(201);
  });

  it("starts no upload after its expiry, and finishes one that was started before", async () => {
    const expiresAt = new Date(Date.now() + HOUR_MS).toISOString();
    const [token, unused] = [await client.createToken({ expiresAt }), await client.createToken({ expiresAt })];
    const location = await client.create(token, 20);
    await client.patch(location, 0, 10);
    worker.advance(2 * HOUR_MS);
    expect((await client.send("POST", unused.uploadUrl, { headers: { "Upload-Length": "1" } })).status).toBe(410);
    expect((await client.read(unused)).state).toBe("EXPIRED");
    expect((await client.patch(location, 10, 10)).status).toBe(204);
    expect((await client.read(token)).state).toBe("POST_CREATED");
  });

  it("does nothing more once it is revoked", async () => {
    const token = await client.createToken();
    const location = await client.create(token, 20);
    await client.patch(location, 0, 10);
    const revoke = () => worker.admin("DELETE", `/api/v2/upload-tokens/${token.tokenId}`);
    expect((await revoke()).status).toBe(204);
    expect((await client.patch(location, 10, 10)).status).toBe(410);
    expect((await client.send("POST", token.uploadUrl, { headers: { "Upload-Length": "1" } })).status).toBe(410);
    expect(await storedChunks(location)).toBe(0);
    expect(await client.read(token)).toMatchObject({ state: "REVOKED", upload: null, videoPostId: null });
    expect((await revoke()).status).toBe(204);
  });

  it("cannot be revoked once it has a post", async () => {
    const token = await client.createToken();
    await client.patch(await client.create(token, 20), 0, 20);
    const response = await worker.admin("DELETE", `/api/v2/upload-tokens/${token.tokenId}`);
    expect(response.status).toBe(409);
    expect((await client.read(token)).state).toBe("POST_CREATED");
  });
});

describe("upload tokens", () => {
  it.each([
    ["an unknown field", { maxByte: 1 }, "maxByte: unknown field"],
    ["an unknown default", { postDefaults: { resourceType: "VIDEO", status: "PUBLISHED" } }, "postDefaults.status"],
    ["no resource type", { postDefaults: {} }, "postDefaults.resourceType"],
    ["two uses", { uses: 2 }, "uses"],
    ["an origin with a path", { corsOrigin: `${STUDIO}/` }, "corsOrigin: must be an origin"],
    ["every origin", { corsOrigin: "*" }, "corsOrigin: must be an origin"],
    ["an expiry in the past", { expiresAt: "2020-01-01T00:00:00Z" }, "expiresAt: is in the past"],
    [
      "an expiry in a year",
      { expiresAt: new Date(Date.now() + 366 * 24 * HOUR_MS).toISOString() },
      "more than 30 days",
    ],
    ["more bytes than the largest upload", { maxBytes: 2 ** 50 }, "maxBytes: the largest upload is"],
    ["no bytes", { maxBytes: 0 }, "maxBytes"],
    ["no seconds", { maxDurationSeconds: 0 }, "maxDurationSeconds"],
  ])("are refused with %s", async (_what, more, detail) => {
    const body = { postDefaults: { resourceType: "VIDEO" }, ...more };
    const response = await worker.admin("POST", "/api/v2/upload-tokens", body);
    expect(response.status).toBe(422);
    expect(((await response.json()) as { detail: string }).detail).toContain(detail);
  });

  it("belong to the caller who created them, and administrators see all of them", async () => {
    const scopes = ["posts:read", "posts:write"];
    const created = await worker.admin("POST", "/admin/api-keys", { name: "site", scopes });
    const { key, keyId } = (await created.json()) as { key: string; keyId: string };
    const site = (method: string, path: string, body?: unknown) =>
      worker.fetch(path, {
        ...{ method, headers: { authorization: `Bearer ${key}` } },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const named = { postDefaults: { resourceType: "VIDEO", authorId: "user-7" } };
    expect((await site("POST", "/api/v2/upload-tokens", named)).status).toBe(403);
    const theirs = await client.createToken();
    const mine = (await (
      await site("POST", "/api/v2/upload-tokens", { postDefaults: { resourceType: "VIDEO" } })
    ).json()) as Token;
    expect(mine).toMatchObject({ createdBy: `api-key:${keyId}` });
    expect((await site("GET", `/api/v2/upload-tokens/${theirs.tokenId}`)).status).toBe(404);
    expect((await site("DELETE", `/api/v2/upload-tokens/${theirs.tokenId}`)).status).toBe(404);
    const listed = async (response: Response) => ((await response.json()) as { items: Token[] }).items;
    const ids = (await listed(await site("GET", "/api/v2/upload-tokens"))).map(({ tokenId }) => tokenId);
    expect(ids).toEqual([mine.tokenId]);
    const all = (await listed(await worker.admin("GET", "/api/v2/upload-tokens"))).map(({ tokenId }) => tokenId);
    expect(all).toEqual(expect.arrayContaining([mine.tokenId, theirs.tokenId]));
    expect((await worker.admin("GET", `/api/v2/upload-tokens/${mine.tokenId}`)).status).toBe(200);
  });

  it("are listed page by page, and none of them shows its address again", async () => {
    for (let n = 0; n < 3; n += 1) await client.createToken();
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? "" : `&cursor=${cursor}`;
      const text = await (await worker.admin("GET", `/api/v2/upload-tokens?limit=2${query}`)).text();
      expect(text).not.toContain("token=");
      const page = JSON.parse(text) as { items: Token[]; nextCursor: string | null };
      seen.push(...page.items.map(({ tokenId }) => tokenId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(seen.toSorted().reverse());
    expect(new Set(seen).size).toBe(seen.length);
  });
});
