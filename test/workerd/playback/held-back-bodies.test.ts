import { beforeAll, describe, expect, it } from "vitest";
import { bearer, createKey } from "../support/admin-callers.ts";
import { type Isolate, startIsolate } from "../support/isolates.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { newKey, published, type SigningKey, serve, sign } from "../support/viewer-issuer.ts";
import { administer, anonymousToken, askKey, type Held, siteToken } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const ISSUER = { id: "site", algorithm: "RS256", issuer: "https://site.example", audience: "video" };
const VIEWER_ISSUERS = JSON.stringify([{ ...ISSUER, jwksUrl: "https://site.example/jwks" }]);

let post: PublishedPost;
let jwtKey: SigningKey;
beforeAll(async () => {
  post = await publishPost(startWorker());
  jwtKey = await newKey("RS256");
});

describe("a token request whose body arrives after its sender was revoked", () => {
  /** The answer to a request that is accepted before `deed` and whose body arrives after it. */
  async function heldBack(isolate: Isolate, path: string, bearerOf: string, deed: () => Promise<void>): Promise<Held> {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const asked = isolate.fetch(path, { method: "POST", headers: bearer(bearerOf), body: readable });
    await scheduler.wait(200);
    await deed();
    const writer = writable.getWriter();
    await writer.write(new TextEncoder().encode(JSON.stringify({ videoPostId: post.videoPostId, fileIndex: 0 })));
    await writer.close();
    const response = await asked;
    expect(response.status).toBe(200);
    return response.json();
  }

  it.each([
    ["known", "5"],
    ["new", "5"],
    ["known", "0"],
    ["new", "0"],
  ])("gets a token that the revocation of the API key's tokens refuses: a %s key, fresh %s", async (state, fresh) => {
    const settings = { GATE_FRESH_SECONDS: fresh };
    const [editor, behind] = [startIsolate(settings), startIsolate(settings)];
    const key = await createKey(startWorker(), ["tokens:issue"]);
    const body = { videoPostId: post.videoPostId, fileIndex: 0 };
    if (state === "known") {
      const headers = bearer(key.key);
      const first = { method: "POST", headers, body: JSON.stringify(body) };
      expect((await behind.fetch("/admin/video/enc/token", first)).status).toBe(200);
    }
    const token = await heldBack(behind, "/admin/video/enc/token", key.key, async () => {
      expect((await editor.admin("DELETE", `/admin/api-keys/${key.keyId}`)).status).toBe(204);
      await administer(editor, "POST", "/admin/video/enc/revoke", { apiKeyId: key.keyId });
      for (const isolate of [editor, behind]) isolate.pass(5001);
      // Another viewer has this isolate read the feed.
      await anonymousToken(behind, post);
    });
    for (const isolate of [editor, behind]) expect(await askKey(isolate, post, token)).toBe("token-revoked");
  });

  it.each(["5", "0"])("gets a token that the revocation of the viewer refuses, fresh %s", async (fresh) => {
    const settings = { VIEWER_ISSUERS, GATE_FRESH_SECONDS: fresh };
    const keys = published(jwtKey);
    const [editor, behind] = [startIsolate(settings), startIsolate(settings, 0, () => serve(keys))];
    const sub = crypto.randomUUID();
    const exp = Math.floor(Date.now() / 1000) + 600;
    const jwt = await sign({ iss: ISSUER.issuer, aud: ISSUER.audience, sub, entitlements: ["720p"], exp }, jwtKey);
    const token = await heldBack(behind, "/video/enc/token", jwt, async () => {
      await administer(editor, "POST", "/admin/video/enc/revoke", { viewer: `site:${sub}` });
      for (const isolate of [editor, behind]) isolate.pass(5001);
      await anonymousToken(behind, post);
    });
    for (const isolate of [editor, behind]) expect(await askKey(isolate, post, token)).toBe("token-revoked");
  });

  it("plays with a token of an isolate that is new or has stood idle since an earlier revocation", async () => {
    const viewer = `site:${crypto.randomUUID()}`;
    const [editor, idle] = [startIsolate(), startIsolate()];
    await siteToken(idle, post);
    await administer(editor, "POST", "/admin/video/enc/revoke", { viewer });
    idle.pass(3_600_000);
    for (const isolate of [idle, startIsolate()]) {
      expect(await askKey(isolate, post, await siteToken(isolate, post, { viewer }))).toBe("key");
    }
  });
});
