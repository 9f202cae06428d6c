import { beforeAll, describe, expect, it } from "vitest";
import { bearer, type CreatedKey, createKey } from "../support/admin-callers.ts";
import { NETWORK_LOST, onStatements, throws } from "../support/faults.ts";
import { database } from "../support/inspection.ts";
import { startIsolate } from "../support/isolates.ts";
import { askInNewSession } from "../support/new-session.ts";
import { encryptPost, type PublishedPost, publishPost } from "../support/published-post.ts";
import { longTests } from "../support/test-env.ts";
import { newKey, published, type SigningKey, serve, sign } from "../support/viewer-issuer.ts";
import { administer, anonymousToken, askKey, type Held, siteToken, startSession, tokenId } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/* Several isolates over one database: what one of them knows of what another has done. */

/** The feed is still read. */
const NO_PARTS = onStatements(/LEFT JOIN video_file_post/, throws(NETWORK_LOST));

const ISSUER = { id: "site", algorithm: "RS256", issuer: "https://site.example", audience: "video" };
const VIEWER_ISSUERS = JSON.stringify([{ ...ISSUER, jwksUrl: "https://site.example/jwks" }]);

let post: PublishedPost;
let siteKey: CreatedKey;
let jwtKey: SigningKey;
beforeAll(async () => {
  const worker = startWorker();
  post = await publishPost(worker);
  siteKey = await createKey(worker, ["tokens:issue"]);
  jwtKey = await newKey("RS256");
  // A key in use: which minute it was used in last is known.
  await tokenByApiKey(worker);
  await worker.settled();
});

async function tokenByApiKey(worker: TestWorker): Promise<Held> {
  const body = { videoPostId: post.videoPostId, fileIndex: 0, viewer: `site:${Math.random()}` };
  return tokenFrom(worker, "/admin/video/enc/token", siteKey.key, body);
}

async function tokenByJwt(worker: TestWorker): Promise<Held> {
  const { issuer: iss, audience: aud } = ISSUER;
  const exp = Math.floor(worker.context.now() / 1000) + 600;
  const jwt = await sign({ iss, aud, sub: `${Math.random()}`, entitlements: ["720p"], exp }, jwtKey);
  return tokenFrom(worker, "/video/enc/token", jwt, { videoPostId: post.videoPostId, fileIndex: 0 });
}

async function tokenFrom(worker: TestWorker, path: string, key: string, body: unknown): Promise<Held> {
  const response = await worker.fetch(path, { method: "POST", headers: bearer(key), body: JSON.stringify(body) });
  expect(response.status).toBe(200);
  return response.json();
}

describe("a crowd of viewers without limits", () => {
  it.each<[string, (worker: TestWorker) => Promise<Held>]>([
    ["who are anonymous", (worker) => anonymousToken(worker, post)],
    ["whose site issues their tokens with an API key", tokenByApiKey],
    ["who bring their site's JWTs", tokenByJwt],
  ])("%s costs an isolate at most 4 statements in one period, from token to last key", async (_, issue) => {
    for (const clockMs of [0, 4000, -4000]) {
      const keys = published(jwtKey);
      const isolate = startIsolate({ VIEWER_ISSUERS }, clockMs, () => serve(keys));
      for (let wave = 0; wave < 5; wave++) {
        await Promise.all(
          Array.from({ length: longTests ? 70 : 15 }, async () => {
            const session = await startSession(isolate, post, await issue(isolate));
            for (const quality of ["480p", "360p"]) expect(await askKey(isolate, post, session, quality)).toBe("key");
          }),
        );
        isolate.pass(999);
        await isolate.settled();
      }
      expect(isolate.trips()).toBeLessThanOrEqual(4);
      expect(keys.asked).toBeLessThanOrEqual(1);
    }
  });
});

describe.each(["0", "1", "5"])("GATE_FRESH_SECONDS=%s", (fresh) => {
  const settings = { GATE_FRESH_SECONDS: fresh };
  const period = Number(fresh) * 1000 + 1;

  const part = (of: PublishedPost) => ({ videoPostId: of.videoPostId, fileIndex: of.fileIndex });
  it.each<[string, string, (of: PublishedPost, token: Held) => [string, string, unknown]]>([
    ["a token", "token-revoked", (_, token) => ["POST", "/admin/video/enc/revoke", { tokenId: tokenId(token) }]],
    ["a viewer", "token-revoked", () => ["POST", "/admin/video/enc/revoke", { viewer: "site:matrix" }]],
    ["an API key's tokens", "token-revoked", () => ["POST", "/admin/video/enc/revoke", { apiKeyId: "admin" }]],
    ["a part", "token-revoked", (of) => ["POST", "/admin/video/enc/revoke", part(of)]],
    ["a key version", "key-superseded", (of) => ["POST", "/admin/video/enc/revoke", { ...part(of), keyVersion: 1 }]],
    ["a deleted post", "key-superseded", (of) => ["DELETE", `/api/v2/video-posts/${of.videoPostId}`, undefined]],
  ])("refuses %s in every isolate after that time, with sessions that were minted since", async (_, reason, deed) => {
    const mine = await publishPost(startWorker(), { title: "Soon gone" });
    const isolates = [startIsolate(settings), startIsolate(settings, 4000), startIsolate(settings, -4000)] as const;
    const token = await siteToken(isolates[0], mine, { viewer: "site:matrix" });
    const session = await startSession(isolates[0], mine, token);
    for (const isolate of isolates) expect(await askKey(isolate, mine, session)).toBe("key");
    const [method, path, body] = deed(mine, token);
    expect((await isolates[0].admin(method, path, body)).status).toBe(200);
    for (const isolate of isolates) isolate.pass(period);
    for (const isolate of isolates) {
      expect(await askKey(isolate, mine, session)).toBe(reason);
      expect(await askInNewSession(isolate, mine, token)).toBe(reason);
    }
  });

  it("opens no key to tokens that an isolate issues by the policy from before a revocation", async () => {
    const mine = await publishPost(startWorker(), { title: "Soon denied", access: "PUBLIC" });
    const [editor, behind] = [startIsolate(settings), startIsolate(settings, 4000)];
    await anonymousToken(behind, mine);
    const policies = mine.keys.keys.map(({ quality }) => ({ quality, policy: "DENIED" }));
    const denied = await administer(editor, "PUT", "/admin/video/enc/quality-auth", { ...part(mine), policies });
    expect(denied.status).toBe(200);
    await administer(editor, "POST", "/admin/video/enc/revoke", part(mine));
    const issued: Held[] = [];
    for (let n = 0; n < 10; n++) {
      await anonymousToken(behind, mine).then(
        (token) => issued.push(token),
        () => {},
      );
      behind.pass(Math.floor(period / 10));
    }
    // A reading that is under way while this time passes would count as one of a slow database.
    await behind.settled();
    for (const isolate of [editor, behind]) isolate.pass(period);
    for (const token of issued) {
      expect(await askKey(behind, mine, token)).toBe("token-revoked");
      expect(await askKey(editor, mine, token)).toBe("token-revoked");
    }
    if (fresh !== "0") expect(issued.length).toBeGreaterThan(0);
  });
});

describe("an isolate that nobody has asked since a reading failed", () => {
  it("knows what was revoked meanwhile at its first request", async () => {
    const [editor, idle] = [startIsolate(), startIsolate()];
    const token = await siteToken(idle, post);
    expect(await askKey(idle, post, token)).toBe("key");
    idle.pass(4000);
    idle.fail(throws(NETWORK_LOST));
    expect(await askKey(idle, post, token)).toBe("key");
    await idle.settled();
    idle.fail(null);
    await administer(editor, "POST", "/admin/video/enc/revoke", { tokenId: tokenId(token) });
    idle.pass(30_000);
    expect(await askKey(idle, post, token)).toBe("token-revoked");
  });
});

describe("an isolate that follows the feed and cannot read the part", () => {
  it("issues tokens by what it knew, which the revocations that followed a change of policy refuse", async () => {
    const mine = await publishPost(startWorker(), { title: "Denied unread", access: "PUBLIC" });
    const [editor, behind] = [startIsolate(), startIsolate()];
    await anonymousToken(behind, mine);
    const part = { videoPostId: mine.videoPostId, fileIndex: mine.fileIndex };
    const policies = mine.keys.keys.map(({ quality }) => ({ quality, policy: "DENIED" }));
    await administer(editor, "PUT", "/admin/video/enc/quality-auth", { ...part, policies });
    await administer(editor, "POST", "/admin/video/enc/revoke", part);
    behind.pass(6000);
    behind.fail(NO_PARTS);
    const token = await anonymousToken(behind, mine);
    behind.fail(null);
    behind.pass(6000);
    expect(await askKey(behind, mine, token)).toBe("token-revoked");
  });

  it("sends 503 to a viewer of a version that it does not know, and the key once it can", async () => {
    const mine = await publishPost(startWorker(), { title: "Rotated unread", access: "PUBLIC" });
    const [editor, behind] = [startWorker(), startIsolate()];
    await anonymousToken(behind, mine);
    await editor.admin("POST", "/admin/video/enc/rotate", { videoPostId: mine.videoPostId, fileIndex: 0 });
    const keys = await encryptPost(editor, mine.videoPostId);
    const token = await anonymousToken(editor, mine);
    behind.pass(6000);
    behind.fail(NO_PARTS);
    expect(await askKey(behind, { keys }, token)).toBe("unavailable");
    behind.fail(null);
    behind.pass(6000);
    expect(await askKey(behind, { keys }, token)).toBe("key");
  });

  it("sends 503 to the first viewer after a publication that it has not read", async () => {
    const [editor, behind] = [startIsolate(), startIsolate()];
    const mine = await publishPost(editor, { title: "Published unread", autoPublish: false });
    await expect(anonymousToken(behind, mine)).rejects.toThrow(/^404/);
    await editor.admin("POST", `/api/v2/video-posts/${mine.videoPostId}/audit`, { result: "PASSED" });
    behind.pass(6000);
    behind.fail(NO_PARTS);
    await expect(anonymousToken(behind, mine)).rejects.toThrow(/^503/);
    behind.fail(null);
    behind.pass(6000);
    expect(await askKey(behind, mine, await anonymousToken(behind, mine), "360p")).toBe("key");
  });
});

describe("a viewer who may watch", () => {
  it("is refused by no isolate while the part is rotated again and again, whichever is asked", async () => {
    const editor = startWorker();
    const isolates = [startIsolate(), startIsolate({}, 4000), startIsolate({}, -4000)];
    let turn = 0;
    const any = () => isolates[turn++ % isolates.length]!;
    const mine = await publishPost(editor, { title: "Rotated", access: "PUBLIC" });
    const watching: { held: Held; keys: PublishedPost["keys"] }[] = [];
    let { keys } = mine;
    for (let round = 0; round < 3; round++) {
      // Their isolates know this version or the one before: whichever it is, its keys are served in their grace.
      for (let n = 0; n < 4; n++) {
        const held = await startSession(any(), mine, await anonymousToken(any(), mine));
        watching.push({ held, keys });
      }
      for (const { held, keys: of } of watching) expect(await askKey(any(), { keys: of }, held)).toBe("key");
      await editor.admin("POST", "/admin/video/enc/rotate", { videoPostId: mine.videoPostId, fileIndex: 0 });
      keys = await encryptPost(editor, mine.videoPostId);
      for (const { held, keys: of } of watching) expect(await askKey(any(), { keys: of }, held)).toBe("key");
      for (const isolate of isolates) isolate.pass(5000);
    }
  });

  it("gets a key from an isolate that knows an earlier version, and a flood of made-up ids costs it nothing", async () => {
    const [editor, behind] = [startWorker(), startIsolate()];
    const mine = await publishPost(editor, { title: "Rotated once", access: "PUBLIC" });
    await anonymousToken(behind, mine);
    await editor.admin("POST", "/admin/video/enc/rotate", { videoPostId: mine.videoPostId, fileIndex: 0 });
    const keys = await encryptPost(editor, mine.videoPostId);
    const token = await anonymousToken(editor, mine);
    behind.pass(300);
    expect(await askKey(behind, { keys }, token)).toBe("key");
    const before = behind.trips();
    const madeUp = { keys: { ...keys, keys: keys.keys.map((key) => ({ ...key, keyId: "made-up" })) } };
    for (let n = 0; n < 50; n++) expect(await askKey(behind, madeUp, token)).toBe("key-unknown");
    expect(behind.trips()).toBe(before);
  });

  it("plays at the first request after the publication, in an isolate that has just refused it", async () => {
    const [editor, other] = [startIsolate(), startIsolate()];
    const mine = await publishPost(editor, { title: "Reviewed", autoPublish: false });
    await expect(anonymousToken(other, mine)).rejects.toThrow(/^404/);
    const audit = { result: "PASSED" };
    expect((await editor.admin("POST", `/api/v2/video-posts/${mine.videoPostId}/audit`, audit)).status).toBe(200);
    other.pass(250);
    expect(await askKey(other, mine, await anonymousToken(other, mine), "360p")).toBe("key");
  });
});

describe("a flood of made-up posts at token issue", () => {
  async function flooded() {
    const cold = startIsolate();
    const madeUp = () => ({ videoPostId: crypto.randomUUID(), fileIndex: 0 });
    const refused = () => expect(anonymousToken(cold, madeUp())).rejects.toThrow(/^404/);
    for (let n = 0; n < 10; n++) await Promise.all(Array.from({ length: 20 }, refused));
    return cold;
  }

  it("does not keep a viewer waiting whose token names a part that this isolate has not read", async () => {
    const cold = await flooded();
    const token = await anonymousToken(startIsolate(), post);
    await expect(anonymousToken(cold, post)).rejects.toThrow(/^503/);
    expect(await askKey(cold, post, token)).toBe("key");
  });

  it("does not keep a site from issuing tokens of such a part", async () => {
    const cold = await flooded();
    expect(await askKey(cold, post, await siteToken(cold, post))).toBe("key");
  });
});

describe("a feed of 50,000 rows", () => {
  it("is followed by a new isolate in two statements, and by an old one past a deleted last row", async () => {
    const old = startIsolate();
    const before = await siteToken(old, post, { viewer: "site:old" });
    const revoked = await siteToken(old, post, { viewer: "site:revoked" });
    await administer(old, "POST", "/admin/video/enc/revoke", { tokenId: tokenId(revoked) });
    const end = { created_at: 1, expires_at: Date.now() + 86_400_000 };
    const others = Array.from({ length: 49_000 }, (_, n) => ({ kind: "token", subject: `x${n + 1}`, ...end }));
    await database.insert("access_revocation", others);
    const cold = startIsolate();
    const young = await siteToken(cold, post);
    expect(cold.trips()).toBeLessThanOrEqual(3);
    expect(await askKey(cold, post, young)).toBe("key");
    // Older than what the isolate has read: it asks about these tokens, and reads back while they come.
    for (const [token, answer] of [
      [before, "key"],
      [revoked, "token-revoked"],
    ] as const) {
      const trips = cold.trips();
      const asked = await Promise.all(Array.from({ length: 50 }, () => askKey(cold, post, token)));
      expect(new Set(asked)).toEqual(new Set([answer]));
      expect(cold.trips() - trips).toBeLessThanOrEqual(2);
    }

    old.pass(6000);
    expect(await askKey(old, post, before)).toBe("key");
    const rows = await database.rows<{ sequence: number }>("access_revocation");
    await database.remove("access_revocation", {
      sequence: rows.reduce((last, row) => Math.max(last, row.sequence), 0),
    });
    await administer(cold, "POST", "/admin/video/enc/revoke", { viewer: "site:old" });
    expect(await askKey(cold, post, before)).toBe("token-revoked");
    old.pass(6000);
    expect(await askKey(old, post, before)).toBe("token-revoked");
    await database.remove("access_revocation");
  });
});
