import { beforeEach, describe, expect, it } from "vitest";
import { ACCESS_CERTS, AUTH_SETTINGS, access, bearer, type Credentials } from "../support/admin-callers.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { newKey, type PublishedKeys, published, type SigningKey, serve, sign } from "../support/viewer-issuer.ts";
import { administer, askKey, type Held, startSession } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/*
 * The steps of docs/security.md for operators when somebody else has an account that Access lets in, or the key with
 * which a site signs for its viewers.
 */

const MINUTE = 60_000;

describe("an account that Access lets in is lost", () => {
  const NO_ACCESS = { ACCESS_TEAM_DOMAIN: undefined, ACCESS_AUD: undefined, ACCESS_SCOPES: undefined };
  let key: SigningKey;
  let certs: PublishedKeys;
  let worker: TestWorker;
  let stolen: Credentials;

  const start = (settings = {}) =>
    startWorker(
      { ...AUTH_SETTINGS, ...settings },
      {
        fetch: (url) => {
          if (url !== ACCESS_CERTS) throw new Error(`Access is not at ${url}`);
          return serve(certs);
        },
      },
    );
  const read = async (at: TestWorker, credentials: Credentials) =>
    (await at.fetch("/api/v2/video-posts", { headers: credentials })).status;

  beforeEach(async () => {
    key = await newKey("RS256");
    certs = published(key);
    worker = start();
    stolen = await access(key, worker.context.now(), { exp: Math.floor(worker.context.now() / 1000) + 900 });
  });

  it("counts until the JWT of the account ends, and no longer", async () => {
    expect(await read(worker, stolen)).toBe(200);
    worker.advance(14 * MINUTE);
    expect(await read(worker, stolen)).toBe(200);
    worker.advance(MINUTE + 5000);
    expect(await read(worker, stolen)).toBe(401);
  });

  it("counts for nothing as soon as the three settings of Access are taken out", async () => {
    expect(await read(worker, stolen)).toBe(200);
    const without = start(NO_ACCESS);
    expect(await read(without, stolen)).toBe(401);
    expect(await read(without, bearer(without.context.settings.ADMIN_API_KEY))).toBe(200);
    const restored = start();
    restored.advance(16 * MINUTE);
    expect(await read(restored, stolen)).toBe(401);
  });

  it("stops the Worker from starting when one of the three is left", () => {
    expect(() => start({ ...NO_ACCESS, ACCESS_SCOPES: "admin" })).toThrow(/ACCESS_TEAM_DOMAIN is not set/);
  });

  it("leaves API keys behind, which are found by their maker and revoked", async () => {
    const body = JSON.stringify({ name: "backdoor", scopes: ["posts:read"] });
    const made = await worker.fetch("/admin/api-keys", { method: "POST", headers: stolen, body });
    const backdoor = bearer(((await made.json()) as { key: string }).key);
    const without = start(NO_ACCESS);
    expect(await read(without, backdoor)).toBe(200);
    const { apiKeys } = (await (await without.admin("GET", "/admin/api-keys")).json()) as {
      apiKeys: { keyId: string; createdBy: string }[];
    };
    for (const { keyId } of apiKeys.filter(({ createdBy }) => createdBy === "access:ada@example.com")) {
      await without.admin("DELETE", `/admin/api-keys/${keyId}`);
    }
    expect(await read(without, backdoor)).toBe(401);
  });

  it("is not authenticated with a key that Access has withdrawn, after ten minutes", async () => {
    const long = await access(key, worker.context.now());
    expect(await read(worker, long)).toBe(200);
    certs.keys = [await newKey("RS256")];
    worker.advance(10 * MINUTE);
    expect(await read(worker, long)).toBe(401);
  });
});

describe("the key with which a site signs for its viewers is known", () => {
  const ISSUER = { issuer: "https://site.example", audience: "video", jwksUrl: "https://site.example/jwks" };
  const VIEWER_ISSUERS = JSON.stringify([{ id: "site", algorithm: "ES256", ...ISSUER }]);
  let lost: SigningKey;
  let next: SigningKey;
  let site: PublishedKeys;
  let worker: TestWorker;
  let post: PublishedPost;

  const start = (settings = { VIEWER_ISSUERS }) => startWorker(settings, { fetch: () => serve(site) });
  beforeEach(async () => {
    [lost, next] = await Promise.all([newKey("ES256"), newKey("ES256")]);
    site = published(lost);
    worker = start();
    post = await publishPost(worker);
  });

  /** The answer to a JWT that somebody with this key writes: everything is paid for. */
  async function forge(by: Parameters<typeof sign>[1], at = worker): Promise<Response> {
    const exp = Math.floor(at.context.now() / 1000) + 3600;
    const jwt = await sign(
      { iss: ISSUER.issuer, aud: ISSUER.audience, sub: "thief", exp, entitlements: ["1080p"] },
      by,
    );
    const body = JSON.stringify({ videoPostId: post.videoPostId, fileIndex: 0 });
    return at.fetch("/video/enc/token", { method: "POST", headers: { authorization: `Bearer ${jwt}` }, body });
  }

  it("authenticates no viewer ten minutes after it left the JWKS, with or without its name", async () => {
    expect((await forge(lost)).status).toBe(200);
    site.keys = [next];
    worker.advance(10 * MINUTE - 1000);
    expect((await forge(lost)).status).toBe(200);
    worker.advance(1000);
    const { alg, key } = lost;
    for (const by of [lost, { alg, key }, { ...lost, kid: next.kid }]) expect((await forge(by)).status).toBe(401);
    expect((await forge(next)).status).toBe(200);
  });

  it("authenticates no viewer once a viewer has come with the new key", async () => {
    expect((await forge(lost)).status).toBe(200);
    site.keys = [next];
    worker.advance(MINUTE);
    expect((await forge(next)).status).toBe(200);
    expect((await forge(lost)).status).toBe(401);
  });

  it("continues for an hour while the JWKS cannot be fetched, which removing the issuer ends at once", async () => {
    expect((await forge(lost)).status).toBe(200);
    site.answer = "away";
    worker.advance(59 * MINUTE);
    expect((await forge(lost)).status).toBe(200);
    expect((await forge(lost, start({ VIEWER_ISSUERS: "[]" }))).status).toBe(401);
    worker.advance(MINUTE);
    expect((await forge(lost)).status).toBe(503);
  });

  it("leaves tokens behind, which end when those of the part are revoked", async () => {
    const held = await startSession(worker, post, (await (await forge(lost)).json()) as Held);
    expect(await askKey(worker, post, held, "1080p")).toBe("key");
    site.keys = [next];
    worker.advance(10 * MINUTE);
    expect(await askKey(worker, post, held, "1080p")).toBe("key");
    const part = { videoPostId: post.videoPostId, fileIndex: 0 };
    expect((await administer(worker, "POST", "/admin/video/enc/revoke", part)).status).toBe(200);
    expect(await askKey(worker, post, held, "1080p")).toBe("token-revoked");
    const honest = await startSession(worker, post, (await (await forge(next)).json()) as Held);
    expect(await askKey(worker, post, honest, "1080p")).toBe("key");
  });
});
