import { beforeAll, describe, expect, it } from "vitest";
import { fromWire, type PlaybackClaims } from "../../../shared/playback-token/claims.ts";
import { throws } from "../support/faults.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { RETRY_AFTER } from "../support/retry-after.ts";
import { testEnv } from "../support/test-env.ts";
import { anonymousToken, askKey, type Held, siteToken, startSession, usesOf } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const counting = faultyDatabase();
let worker: TestWorker;
let post: PublishedPost;

beforeAll(async () => {
  worker = startWorker({ ...counting.bindings });
  post = await publishPost(worker);
});

type Refreshed = { token: string; expiresAt: string; refreshableUntil: string };

function send(to: TestWorker, method: string, path: string, { token }: Held): Promise<Response> {
  return to.fetch(path, { method, body: JSON.stringify({ token }) });
}

async function refresh(held: Held, to = worker): Promise<Refreshed> {
  const response = await send(to, "POST", "/video/enc/session", held);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
}

async function refusalOf(response: Response): Promise<[number, string]> {
  return [response.status, ((await response.json()) as { code: string }).code];
}

async function claimsOf({ token }: Held): Promise<PlaybackClaims> {
  const verified = await worker.context.playbackTokens.verify(token, "ignore-expiry");
  return fromWire(verified.kind === "valid" ? verified.payload : null)!;
}

/** A session that has had a key. */
async function counted(to = worker, more = {}): Promise<Held> {
  const session = await startSession(to, post, await siteToken(to, post, more));
  expect(await askKey(to, post, session)).toBe("key");
  return session;
}

describe("POST /video/enc/session", () => {
  it("answers a token of the same session with a later end, which is valid after the old one has ended", async () => {
    const mine = startWorker();
    const old = await counted(mine, { maxUses: 1 });
    mine.advance(40 * MINUTE);
    const refreshed = await refresh(old, mine);
    const [before, after] = [await claimsOf(old), await claimsOf(refreshed)];
    expect(after).toEqual({ ...before, issuedAt: after.issuedAt, expiresAt: after.issuedAt + 3600 });
    expect(after.issuedAt - before.issuedAt).toBeGreaterThanOrEqual(2400);
    expect(refreshed.expiresAt).toBe(new Date(after.expiresAt * 1000).toISOString());
    expect(refreshed.refreshableUntil).toBe(new Date((before.startedAt + 86_400) * 1000).toISOString());

    mine.advance(40 * MINUTE);
    expect(await askKey(mine, post, old)).toBe("token-expired");
    expect(await askKey(mine, post, refreshed, "1080p")).toBe("key");
    const path = `/video/enc/videoResource/${post.videoPostId}/0/720p/index.m3u8?token=${refreshed.token}`;
    const playlist = new TextDecoder().decode(await (await mine.fetch(path)).arrayBuffer());
    expect(playlist).toContain(`token=${refreshed.token}`);
    expect(await usesOf(mine, old)).toBe(1);
  });

  it.each<[string, string, BodyInit | undefined]>([
    ["POST", "/video/enc/session", ""],
    ["POST", "/video/enc/session", undefined],
    ["POST", "/video/enc/session", "{}"],
    ["POST", "/video/enc/session/end", ""],
    ["DELETE", "/video/enc/session", undefined],
  ])("is 401 where %s %s has no token: body %j", async (method, path, body) => {
    const response = await worker.fetch(path, { method, ...(body === undefined ? {} : { body }) });
    expect(await refusalOf(response)).toEqual([401, "token-missing"]);
  });

  it("is refused with a token in the header and one in the body", async () => {
    const { token } = await counted();
    const init = { method: "POST", headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ token }) };
    expect(await refusalOf(await worker.fetch("/video/enc/session", init))).toEqual([422, "invalid"]);
  });

  it("asks the database nothing while what it knows is fresh, with and without limits, and keeps its answer out of every cache", async () => {
    for (const held of [
      await counted(worker, { maxUses: 1 }),
      await startSession(worker, post, await anonymousToken(worker, post)),
    ]) {
      counting.reset();
      const response = await send(worker, "POST", "/video/enc/session", held);
      expect(response.status).toBe(200);
      expect(counting.trips()).toBe(0);
      expect(response.headers.get("cache-control")).toBe("private, no-store");
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
    }
  });

  it("moves the end no further than SESSION_LONGEST_SECONDS after the first start, however often it is asked", async () => {
    const mine = startWorker({ SESSION_LONGEST_SECONDS: "5400" });
    let held: Held = await startSession(mine, post, await anonymousToken(mine, post));
    const { startedAt } = await claimsOf(held);
    for (const end of [startedAt + 5400, startedAt + 5400]) {
      mine.advance(44 * MINUTE);
      const refreshed = await refresh(held, mine);
      expect(await claimsOf(refreshed)).toMatchObject({ startedAt, expiresAt: end });
      expect(refreshed.refreshableUntil).toBe(new Date(end * 1000).toISOString());
      held = refreshed;
    }
    mine.advance(3 * MINUTE);
    expect(await refusalOf(await send(mine, "POST", "/video/enc/session", held))).toEqual([401, "token-expired"]);
  });

  it("also bounds sessions that were never refreshed by SESSION_LONGEST_SECONDS and SESSION_SHORTEST_SECONDS", async () => {
    const life = async (settings: Record<string, string>) => {
      const mine = startWorker(settings);
      const { issuedAt, expiresAt } = await claimsOf(await startSession(mine, post, await anonymousToken(mine, post)));
      return expiresAt - issuedAt;
    };
    // The clip has 18 seconds.
    expect(await life({})).toBe(3600);
    expect(await life({ SESSION_SHORTEST_SECONDS: "20" })).toBe(36);
    expect(await life({ SESSION_LONGEST_SECONDS: "600" })).toBe(600);
  });

  it("works across a change of the signing keys, so that the old one can go", async () => {
    const [current, next] = [testEnv.TOKEN_SIGNING_KEYS as string, `t2:${btoa("\u0009".repeat(32))}`];
    const old = await counted();
    const changing = startWorker({ TOKEN_SIGNING_KEYS: `${next},${current}` });
    const refreshed = await refresh(old, changing);
    const changed = startWorker({ TOKEN_SIGNING_KEYS: next });
    expect(await askKey(changed, post, old, "720p")).toBe("token-invalid");
    expect(await refusalOf(await send(changed, "POST", "/video/enc/session", old))).toEqual([401, "token-invalid"]);
    expect(await askKey(changed, post, refreshed, "720p")).toBe("key");
    expect((await claimsOf(await refresh(old))).sessionId).toBe((await claimsOf(old)).sessionId);
  });

  it("is not stopped by a policy that changes, which counts at the next token", async () => {
    const other = await publishPost(worker, { title: "Soon denied" });
    const session = await startSession(worker, other, await anonymousToken(worker, other));
    const policies = other.keys.keys.map(({ quality }) => ({ quality, policy: "DENIED" }));
    const changed = { videoPostId: other.videoPostId, fileIndex: 0, policies };
    expect((await worker.admin("PUT", "/admin/video/enc/quality-auth", changed)).status).toBe(200);
    expect(await askKey(worker, other, await refresh(session))).toBe("key");
  });

  describe("refuses", () => {
    it("the session of a token that was revoked, by token and by key version", async () => {
      const other = await publishPost(worker, { title: "Soon revoked" });
      const session = await startSession(worker, other, await siteToken(worker, other));
      const free = await startSession(worker, other, await anonymousToken(worker, other));
      await worker.admin("POST", "/admin/video/enc/revoke", { token: session.token });
      expect(await refusalOf(await send(worker, "POST", "/video/enc/session", session))).toEqual([
        401,
        "token-revoked",
      ]);
      expect((await send(worker, "POST", "/video/enc/session", free)).status).toBe(200);
      const version = { videoPostId: other.videoPostId, fileIndex: 0, keyVersion: 1 };
      await worker.admin("POST", "/admin/video/enc/revoke", version);
      expect(await refusalOf(await send(worker, "POST", "/video/enc/session", free))).toEqual([410, "key-superseded"]);
    });

    it("a token that was issued, and starts nothing with it", async () => {
      const issued = await siteToken(worker, post, { maxUses: 1 });
      expect(await refusalOf(await send(worker, "POST", "/video/enc/session", issued))).toEqual([403, "not-a-session"]);
      expect(await askKey(worker, post, issued)).toBe("key");
    });

    it.each<[string, RequestInit, [number, string]]>([
      ["no token at all", {}, [401, "token-missing"]],
      ["an empty object", { body: "{}" }, [401, "token-missing"]],
      ["an empty token", { body: JSON.stringify({ token: "" }) }, [401, "token-missing"]],
      ["a token that is none", { body: JSON.stringify({ token: "a.b.c" }) }, [401, "token-invalid"]],
      ["a token that is no text", { body: JSON.stringify({ token: [] }) }, [422, "invalid"]],
      ["a token without end", { body: JSON.stringify({ token: "a".repeat(5000) }) }, [422, "invalid"]],
      ["a list", { body: "[]" }, [422, "invalid"]],
      ["no JSON", { body: "token=a.b.c" }, [400, "malformed-json"]],
      ["a body without end", { body: `"${"a".repeat(300_000)}"` }, [413, "body-too-large"]],
      ["a word as a bearer", { headers: { authorization: "Bearer open-sesame" } }, [401, "token-invalid"]],
    ])("%s, here and at the end of a session", async (_, init, refusal) => {
      for (const [method, path] of [
        ["POST", ""],
        ["DELETE", ""],
        ["POST", "/end"],
      ] as const) {
        expect(await refusalOf(await worker.fetch(`/video/enc/session${path}`, { method, ...init }))).toEqual(refusal);
      }
    });

    it("for a moment only, when the database is away, and does not end the session", async () => {
      const session = await counted();
      const away = faultyDatabase(throws("D1_ERROR: overloaded")).bindings;
      const broken = startWorker(away);
      const answer = await send(broken, "POST", "/video/enc/session", session);
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, RETRY_AFTER]);
      expect(await askKey(worker, post, session)).toBe("key");
    });
  });
});

describe("the end of a session", () => {
  it.each([
    ["DELETE", "/video/enc/session"],
    ["POST", "/video/enc/session/end"],
  ])("by %s %s asks the database nothing, may come again, and is the end of its keys", async (method, path) => {
    const session = await counted(worker, { maxUses: 1 });
    counting.reset();
    expect((await send(worker, method, path, session)).status).toBe(204);
    expect(counting.trips()).toBe(0);
    const again = await worker.fetch(path, { method, headers: { authorization: `Bearer ${session.token}` } });
    expect([again.status, again.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
    expect(await askKey(worker, post, session)).toBe("session-ended");
    const answer = await send(worker, "POST", "/video/enc/session", session);
    expect(await refusalOf(answer)).toEqual([410, "session-ended"]);
  });

  it("reaches all tokens of the session, but no other session of the same token", async () => {
    const issued = await siteToken(worker, post, { maxUses: 2 });
    const [mine, other] = [await startSession(worker, post, issued), await startSession(worker, post, issued)];
    expect([await askKey(worker, post, mine), await askKey(worker, post, other)]).toEqual(["key", "key"]);
    const refreshed = await refresh(mine);
    expect((await send(worker, "DELETE", "/video/enc/session", refreshed)).status).toBe(204);
    expect(await askKey(worker, post, mine)).toBe("session-ended");
    expect(await askKey(worker, post, other)).toBe("key");
  });

  it("is no fault where there is nothing to end: without limits, before the first key, after the last second", async () => {
    const mine = startWorker();
    const free = await startSession(mine, post, await anonymousToken(mine, post));
    const unused = await startSession(mine, post, await siteToken(mine, post, { maxUses: 1 }));
    for (const held of [free, unused])
      expect((await send(mine, "DELETE", "/video/enc/session", held)).status).toBe(204);
    expect([await askKey(mine, post, free), await askKey(mine, post, unused)]).toEqual(["key", "key"]);
    mine.advance(2 * HOUR);
    expect((await send(mine, "DELETE", "/video/enc/session", unused)).status).toBe(204);
  });
});
