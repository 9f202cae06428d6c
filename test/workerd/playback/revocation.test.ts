import { beforeEach, describe, expect, it } from "vitest";
import { database } from "../support/inspection.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { RETRY_AFTER } from "../support/retry-after.ts";
import { administer, anonymousToken, askKey, type Held, siteToken, startSession, tokenId } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const worker = startWorker();
let post: PublishedPost;
beforeEach(async () => {
  post = await publishPost(worker);
});

const revoke = (target: unknown) => administer(worker, "POST", "/admin/video/enc/revoke", target);
const done = () => ({ status: 200, body: { sequence: expect.any(Number), effectiveWithinSeconds: 5 } });
const version = async () => (await worker.context.posts.load(post.videoPostId))!.version;

/** Somebody who watches: a site's token, a session, and its first key. */
async function watching(more = {}, of = post): Promise<{ token: Held; session: Held }> {
  const token = await siteToken(worker, of, more);
  const session = await startSession(worker, of, token);
  expect(await askKey(worker, of, session)).toBe("key");
  return { token, session };
}

describe("a token that is revoked", () => {
  it.each<[string, (token: Held, session: Held) => unknown]>([
    ["by its id", (token) => ({ tokenId: tokenId(token) })],
    ["by itself", ({ token }) => ({ token })],
    ["by a session that it has started", (_, { token }) => ({ token })],
  ])("%s is refused at the gate from the answer on, with all its sessions, and no other is", async (_, target) => {
    const mine = await watching();
    const second = await startSession(worker, post, mine.token);
    const theirs = await watching();
    expect(await revoke(target(mine.token, mine.session))).toEqual(done());
    for (const end of [mine.token, mine.session, second]) {
      expect(await askKey(worker, post, end)).toBe("token-revoked");
    }
    expect(await askKey(worker, post, theirs.session)).toBe("key");
    expect(await revoke({ tokenId: tokenId(mine.token) })).toEqual(done());
  });

  it("may have ended long ago: the sessions that it started have not", async () => {
    const { token, session } = await watching({ startSeconds: 30 });
    worker.advance(60_000);
    expect(await askKey(worker, post, session, "720p")).toBe("key");
    expect(await revoke({ token: token.token })).toEqual(done());
    expect(await askKey(worker, post, session, "720p")).toBe("token-revoked");
  });

  it("may be one that anybody has, and has to be one of ours", async () => {
    const { token } = await anonymousToken(worker, post);
    const session = await startSession(worker, post, { token });
    expect(await revoke({ token })).toEqual(done());
    expect(await askKey(worker, post, session)).toBe("token-revoked");
    expect((await revoke({ token: `${token}x` })).status).toBe(422);
  });
});

describe("a viewer who is revoked", () => {
  it("loses all tokens in all posts, and may get new ones", async () => {
    const other = await publishPost(worker, { title: "Another film" });
    const mine = await watching({ viewer: "site:7" });
    const elsewhere = await watching({ viewer: "site:7" }, other);
    const public_ = await watching({ viewer: "site:7", qualities: ["480p"] });
    const theirs = await watching({ viewer: "site:70" });
    expect(await revoke({ viewer: "site:7" })).toEqual(done());
    expect(await askKey(worker, post, mine.session)).toBe("token-revoked");
    expect(await askKey(worker, other, elsewhere.session)).toBe("token-revoked");
    expect(await askKey(worker, post, public_.session)).toBe("token-revoked");
    expect(await askKey(worker, post, theirs.session)).toBe("key");
    await watching({ viewer: "site:7" });
  });
});

describe("an API key whose tokens are revoked", () => {
  it("loses those that it has issued, and issues others", async () => {
    const key = await newApiKey(worker, ["tokens:issue"]);
    const issue = async () => {
      const init = { method: "POST", headers: { authorization: `Bearer ${key.key}` } };
      const body = JSON.stringify({ videoPostId: post.videoPostId, fileIndex: 0 });
      return (await (await worker.fetch("/admin/video/enc/token", { ...init, body })).json()) as Held;
    };
    const [mine, theirs] = [await issue(), await siteToken(worker, post)];
    expect(await revoke({ apiKeyId: key.keyId })).toEqual(done());
    expect(await askKey(worker, post, mine)).toBe("token-revoked");
    expect(await askKey(worker, post, theirs)).toBe("key");
    expect(await askKey(worker, post, await issue())).toBe("key");
  });
});

async function newApiKey(to: TestWorker, scopes: readonly string[]): Promise<{ key: string; keyId: string }> {
  return (await to.admin("POST", "/admin/api-keys", { name: "a site", scopes })).json();
}

describe("a revocation that is stored", () => {
  const rowOf = async (token: Held) => {
    const where = { kind: "token", subject: tokenId(token) };
    return (await database.rows<{ created_at: number; expires_at: number }>("access_revocation", where))[0] ?? null;
  };

  it("outlives every token that it refuses, also one that an isolate issues which does not reach the database", async () => {
    const { token } = await watching();
    await revoke({ tokenId: tokenId(token) });
    const { created_at, expires_at } = (await rowOf(token))!;
    const [start, longest, stale] = [7 * 86_400, 86_400, 60];
    expect(expires_at - created_at).toBeGreaterThanOrEqual((start + longest + stale) * 1000);
  });

  it("refuses as long as it is there", async () => {
    const { token, session } = await watching();
    await revoke({ tokenId: tokenId(token) });
    await database.change("access_revocation", { expires_at: 1 }, { kind: "token", subject: tokenId(token) });
    expect(await askKey(startWorker(), post, session)).toBe("token-revoked");
  });
});

describe("a part whose tokens are revoked", () => {
  it("gives no key to any token from before, and is not saved again", async () => {
    const mine = await watching();
    const anybody = await anonymousToken(worker, post);
    const other = await publishPost(worker, { title: "Another film" });
    const elsewhere = await watching({}, other);
    const before = await version();
    expect(await revoke({ videoPostId: post.videoPostId, fileIndex: 0 })).toEqual(done());
    expect(await version()).toBe(before);
    expect(await askKey(worker, post, mine.session)).toBe("token-revoked");
    expect(await askKey(worker, other, elsewhere.session)).toBe("key");
    expect(await askKey(worker, post, anybody)).toBe("token-revoked");
    expect(await askKey(worker, post, await anonymousToken(worker, post))).toBe("key");
  });

  it("has to be there", async () => {
    expect((await revoke({ videoPostId: post.videoPostId, fileIndex: 1 })).status).toBe(404);
  });
});

describe("a key version that is revoked", () => {
  const target = () => ({ videoPostId: post.videoPostId, fileIndex: 0, keyVersion: 1 });

  it("is refused to everybody, and the answer says that nothing plays now", async () => {
    const mine = await watching();
    const anybody = await startSession(worker, post, await anonymousToken(worker, post));
    expect(await revoke(target())).toEqual({
      status: 200,
      body: {
        outcome: "revoked",
        stopsPlayback: true,
        effectiveWithinSeconds: 5,
        note: expect.stringMatching(/rotate the part/),
      },
    });
    for (const quality of ["480p", "360p"]) {
      expect(await askKey(worker, post, mine.session, quality)).toBe("key-superseded");
      expect(await askKey(worker, post, anybody, quality)).toBe("key-superseded");
    }
    expect((await revoke(target())).body).toMatchObject({ outcome: "unchanged", stopsPlayback: true });
  });

  it("is followed by 409 with Retry-After at token issue, for everybody, until the rotation", async () => {
    await revoke(target());
    const body = JSON.stringify({ videoPostId: post.videoPostId, fileIndex: 0 });
    const answer = await worker.fetch("/video/enc/token", { method: "POST", body });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([409, RETRY_AFTER]);
    await expect(siteToken(worker, post)).rejects.toThrow(/^409 .*not-ready/);
  });

  it("has to be there", async () => {
    expect((await revoke({ ...target(), keyVersion: 2 })).status).toBe(422);
    expect((await revoke({ ...target(), videoPostId: "nobody" })).status).toBe(404);
  });
});

describe("a revocation", () => {
  it.each<[string, unknown]>([
    ["nothing", {}],
    ["two things", { viewer: "site:7", tokenId: "t" }],
    ["a key version and a viewer", { videoPostId: "p", fileIndex: 0, keyVersion: 1, viewer: "site:7" }],
    ["a post without a part", { videoPostId: "p" }],
    ["a misspelt version, which must not become the whole part", { videoPostId: "p", fileIndex: 0, keyversion: 1 }],
    ["a viewer without a name", { viewer: "" }],
  ])("that names %s is refused", async (_, target) => {
    expect(await revoke(target)).toMatchObject({ status: 422, body: { code: "invalid" } });
  });

  it("is for administrators", async () => {
    const response = await worker.fetch("/admin/video/enc/revoke", { method: "POST", body: `{"viewer":"v"}` });
    expect(response.status).toBe(401);
  });
});
