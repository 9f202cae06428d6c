import { runDurableObjectAlarm } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { type Isolate, startIsolate } from "../support/isolates.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { administer, askKey, type Held, siteToken, startSession, tokenId, usesOf } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

/* Counted tokens, whichever of three isolates each request reaches; their clocks differ by 5 s. */

const HOUR_MS = 3_600_000;

let post: PublishedPost;
let isolates: readonly Isolate[];
beforeAll(async () => {
  post = await publishPost(startWorker());
  isolates = [startIsolate(), startIsolate({}, 2500), startIsolate({}, -2500)];
});

const isolate = (n: number) => isolates[n % isolates.length]!;
const pass = (ms: number) => {
  for (const one of isolates) one.pass(ms);
};

const sessionsOf = (token: Held, count: number) =>
  Promise.all(Array.from({ length: count }, (_, n) => startSession(isolate(n), post, token)));

const askAll = (sessions: readonly Held[]) =>
  Promise.all(sessions.map((session, n) => askKey(isolate(n + 1), post, session)));

const end = (at: Isolate, { token }: Held) =>
  at.fetch("/video/enc/session", { method: "DELETE", headers: { authorization: `Bearer ${token}` } });

const refresh = (at: Isolate, { token }: Held) =>
  at.fetch("/video/enc/session", { method: "POST", headers: { authorization: `Bearer ${token}` } });

function times(answers: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
  return counts;
}

describe("the uses of a token", () => {
  it("are exact for 200 first keys at once", async () => {
    const token = await siteToken(isolate(0), post, { maxUses: 3 });
    const sessions = await sessionsOf(token, 200);
    expect(times(await askAll(sessions))).toEqual({ key: 3, "uses-exhausted": 197 });
    expect(await usesOf(isolate(1), token)).toBe(3);
  });

  it("are one for 200 keys of one session at once", async () => {
    const token = await siteToken(isolate(0), post, { maxUses: 1 });
    const session = await startSession(isolate(1), post, token);
    expect(times(await askAll(Array(200).fill(session)))).toEqual({ key: 200 });
    expect(await usesOf(isolate(2), token)).toBe(1);
  });

  it("stay used up for three days if the token lives so long and its only session ended after two hours", async () => {
    const token = await siteToken(isolate(0), post, { maxUses: 1, startSeconds: 3 * 86_400 });
    const session = await startSession(isolate(1), post, token);
    expect(await askKey(isolate(2), post, session)).toBe("key");
    pass(HOUR_MS / 2);
    const refreshed = (await (await refresh(isolate(0), session)).json()) as Held;
    expect((await end(isolate(1), refreshed)).status).toBe(204);
    await runDurableObjectAlarm(testEnv.PLAY_COUNTER.getByName(`t:${tokenId(token)}`));
    for (const hours of [2, 24, 40]) {
      pass(hours * HOUR_MS);
      const [next] = await sessionsOf(token, 1);
      expect(await askKey(isolate(hours), post, next!)).toBe("uses-exhausted");
    }
  });
});

describe("the live sessions of a viewer", () => {
  let viewers = 0;
  const limited = (sessionOverflow: string) =>
    siteToken(isolate(0), post, { viewer: `site:counted-${++viewers}`, sessionLimit: 2, sessionOverflow });

  it("are two of 50 that start at once where more are refused, until one of them ends", async () => {
    const sessions = await sessionsOf(await limited("refuse"), 50);
    const answers = await askAll(sessions);
    expect(times(answers)).toEqual({ key: 2, "session-limit": 48 });
    const live = sessions.filter((_, n) => answers[n] === "key");
    const waiting = sessions.filter((_, n) => answers[n] !== "key");
    const moved = await Promise.all(live.map((session, n) => refresh(isolate(n), session)));
    expect(moved.map(({ status }) => status)).toEqual([200, 200]);
    await end(isolate(2), live[0]!);
    expect(times(await askAll(waiting))).toEqual({ key: 1, "session-limit": 47 });
    expect(await askKey(isolate(0), post, live[0]!)).toBe("session-ended");
  });

  it("are two of 50 that start at once where the oldest end", async () => {
    const sessions = await sessionsOf(await limited("end-oldest"), 50);
    expect(times(await askAll(sessions))).toEqual({ key: 50 });
    expect(times(await askAll(sessions))).toEqual({ key: 2, "session-ended": 48 });
  });

  it("are without those of a token that another isolate has revoked", async () => {
    const viewer = `site:counted-${++viewers}`;
    const more = { viewer, sessionLimit: 2, sessionOverflow: "refuse" };
    const [stolen, mine] = [await siteToken(isolate(0), post, more), await siteToken(isolate(1), post, more)];
    const theirs = await sessionsOf(stolen, 2);
    const [session] = await sessionsOf(mine, 1);
    expect(times(await askAll(theirs))).toEqual({ key: 2 });
    expect(await askKey(isolate(2), post, session!)).toBe("session-limit");
    await administer(isolate(0), "POST", "/admin/video/enc/revoke", { token: stolen.token });
    pass(5001);
    expect(await askKey(isolate(2), post, session!)).toBe("key");
    expect(times(await askAll(theirs))).toEqual({ "token-revoked": 2 });
  });
});
