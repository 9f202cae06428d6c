import { beforeAll, describe, expect, it } from "vitest";
import { base64Encode } from "../../../shared/lib/base64.ts";
import { NAMED_REVOCATIONS, NETWORK_LOST, onStatements, throws } from "../support/faults.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { database } from "../support/inspection.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { administer, anonymousToken, askKey, type Held, siteToken, startSession, usesOf } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const counting = faultyDatabase();
const refusing = { SESSION_LIMIT_PER_VIEWER: "3" };
const ending = { ...refusing, SESSION_LIMIT_POLICY: "end-oldest" };

let worker: TestWorker;
let post: PublishedPost;
let other: PublishedPost;

beforeAll(async () => {
  worker = startWorker({ ...counting.bindings });
  post = await publishPost(worker);
  other = await publishPost(worker, { title: "Another film" });
});

let viewers = 0;
const newViewer = () => `viewer-${++viewers}`;

/** Sessions of as many tokens of one viewer, half of them for another post. */
async function sessionsOf(mine: TestWorker, viewer: string, count: number, more = {}) {
  const parts = Array.from({ length: count }, (_, n) => (n % 2 === 0 ? post : other));
  return Promise.all(
    parts.map(async (part) => {
      const session = await startSession(mine, part, await siteToken(mine, part, { viewer, ...more }));
      return { part, session };
    }),
  );
}

const askAll = (mine: TestWorker, sessions: readonly { part: PublishedPost; session: Held }[]) =>
  Promise.all(sessions.map(({ part, session }) => askKey(mine, part, session)));

const times = (answers: readonly string[], wanted: string) => answers.filter((answer) => answer === wanted).length;

const end = (mine: TestWorker, { token }: Held) =>
  mine.fetch("/video/enc/session", { method: "DELETE", headers: { authorization: `Bearer ${token}` } });

describe("SESSION_LIMIT_PER_VIEWER", () => {
  it("gives exactly that many of 200 parallel first keys of one viewer, over posts and tokens, and takes no more uses", async () => {
    const mine = startWorker(refusing);
    const sessions = await sessionsOf(mine, newViewer(), 200, { maxUses: 1 });
    const answers = await askAll(mine, sessions);
    expect([times(answers, "key"), times(answers, "session-limit")]).toEqual([3, 197]);
    const uses = await Promise.all(sessions.map(({ session }) => usesOf(mine, session)));
    expect(uses.filter((count) => count === 1)).toHaveLength(3);
    expect(await askAll(mine, sessions)).toEqual(answers);
  });

  it("leaves with end-oldest exactly that many of 200 alive, and the others learn that they were ended", async () => {
    const mine = startWorker(ending);
    const sessions = await sessionsOf(mine, newViewer(), 200);
    expect(times(await askAll(mine, sessions), "key")).toBe(200);
    const later = await askAll(mine, sessions);
    expect([times(later, "key"), times(later, "session-ended")]).toEqual([3, 197]);
  });

  it("lets another in when one has ended, and is 403 until then", async () => {
    const mine = startWorker(refusing);
    const [a, b, c, d] = (await sessionsOf(mine, newViewer(), 4)) as [Seat, Seat, Seat, Seat];
    expect(await askAll(mine, [a, b, c])).toEqual(["key", "key", "key"]);
    const { keyId } = d.part.keys.keys.find((key) => key.quality === "480p")!;
    const path = `/video/enc/key?keyId=${keyId}&quality=480p&token=${d.session.token}`;
    expect((await mine.fetch(path)).status).toBe(403);
    expect((await end(mine, b.session)).status).toBe(204);
    expect(await askAll(mine, [d, b, a])).toEqual(["key", "session-ended", "key"]);
  });

  it("is no limit for tokens that name nobody, nor for what anybody may watch", async () => {
    const mine = startWorker({ SESSION_LIMIT_PER_VIEWER: "1" });
    const [unnamed, free] = [await siteToken(mine, post), await anonymousToken(mine, post)];
    for (const token of [unnamed, unnamed, free, free]) {
      expect(await askKey(mine, post, await startSession(mine, post, token))).toBe("key");
    }
  });

  it("counts a site's own viewers, by their JWT and by the site's word for them alike", async () => {
    const secret = new Uint8Array(32).fill(5);
    const issuer = { id: "site", issuer: "https://site.example", audience: "video", algorithm: "HS256" };
    const mine = startWorker({
      SESSION_LIMIT_PER_VIEWER: "1",
      VIEWER_ISSUERS: JSON.stringify([issuer]),
      VIEWER_SECRETS: `site:${base64Encode(secret)}`,
    });
    const jwt = await hs256(secret, { iss: issuer.issuer, aud: "video", sub: "7", entitlements: ["1080p"] });
    const response = await mine.fetch("/video/enc/token", {
      method: "POST",
      headers: { authorization: `Bearer ${jwt}` },
      body: JSON.stringify({ videoPostId: post.videoPostId, fileIndex: 0 }),
    });
    const byJwt = await startSession(mine, post, (await response.json()) as Held);
    const bySite = await startSession(mine, post, await siteToken(mine, post, { viewer: "site:7" }));
    expect([await askKey(mine, post, byJwt), await askKey(mine, post, bySite)]).toEqual(["key", "session-limit"]);
  });

  it.each([refusing, ending])("asks the database nothing: %o", async (settings) => {
    const mine = startWorker({ ...counting.bindings, ...settings });
    const sessions = await sessionsOf(mine, newViewer(), 4);
    for (const seat of [...sessions, ...sessions]) {
      counting.reset();
      await askAll(mine, [seat]);
      expect(counting.trips()).toBe(0);
    }
  });

  it("is a number from 1 to 100, with a policy that exists", () => {
    for (const wrong of ["0", "101", "-1", "many", "1.5", "", " 3", "0x3", "1e2", true, null, undefined]) {
      expect(() => startWorker({ SESSION_LIMIT_PER_VIEWER: wrong })).toThrow("SESSION_LIMIT_PER_VIEWER");
    }
    expect(() => startWorker({ SESSION_LIMIT_POLICY: "end" })).toThrow("SESSION_LIMIT_POLICY");
    expect(() => startWorker({ SESSION_BINDING: "address" })).toThrow("SESSION_BINDING");
  });
});

type Seat = Awaited<ReturnType<typeof sessionsOf>>[number];

describe("the limit of a token that a site issues", () => {
  it("is its own, whatever the setting: narrower, with another policy, or none", async () => {
    const mine = startWorker(refusing);
    const viewer = newViewer();
    const narrow = { sessionLimit: 1, sessionOverflow: "end-oldest" };
    const [a, b] = (await sessionsOf(mine, viewer, 2, narrow)) as [Seat, Seat];
    expect(await askAll(mine, [a])).toEqual(["key"]);
    expect(await askAll(mine, [b])).toEqual(["key"]);
    expect(await askAll(mine, [a, b])).toEqual(["session-ended", "key"]);
    const free = await sessionsOf(mine, viewer, 6, { sessionLimit: null });
    expect(times(await askAll(mine, free), "key")).toBe(6);
  });

  it("takes the policy of the settings where it names none", async () => {
    const mine = startWorker({ SESSION_LIMIT_POLICY: "end-oldest" });
    const [a, b] = (await sessionsOf(mine, newViewer(), 2, { sessionLimit: 1 })) as [Seat, Seat];
    expect([...(await askAll(mine, [a])), ...(await askAll(mine, [b])), ...(await askAll(mine, [a]))]).toEqual([
      "key",
      "key",
      "session-ended",
    ]);
  });

  it.each([
    ["nobody whom it counts for", { sessionLimit: 1 }],
    ["no sessions at all", { viewer: "v", sessionLimit: 0 }],
    ["half a session", { viewer: "v", sessionLimit: 1.5 }],
    ["a number in words", { viewer: "v", sessionLimit: "3" }],
    ["more than any viewer has", { viewer: "v", sessionLimit: 101 }],
    ["a policy that does not exist", { viewer: "v", sessionLimit: 1, sessionOverflow: "END_OLDEST" }],
    ["a policy without a limit", { viewer: "v", sessionOverflow: "refuse" }],
    ["a policy beside no limit", { viewer: "v", sessionLimit: null, sessionOverflow: "refuse" }],
  ])("is refused with %s", async (_, more) => {
    const body = { videoPostId: post.videoPostId, fileIndex: 0, ...more };
    const answer = await administer(worker, "POST", "/admin/video/enc/token", body);
    expect([answer.status, answer.body.code]).toEqual([422, "invalid"]);
  });
});

describe("sessions that were revoked", () => {
  /** Those that hold the places are older than the rows that a new isolate reads. */
  async function oldSessions(count: number) {
    const viewer = newViewer();
    const more = { sessionLimit: count, sessionOverflow: "refuse" };
    const sessions = await sessionsOf(worker, viewer, count, more);
    expect(times(await askAll(worker, sessions), "key")).toBe(count);
    const end = { created_at: 1, expires_at: Date.now() + 86_400_000 };
    const newer = Array.from({ length: 1100 }, (_, n) => ({ kind: "token", subject: `y${n}-${viewer}`, ...end }));
    await database.insert("access_revocation", newer);
    const cold = startWorker({ ...counting.bindings });
    const { session, part } = (await sessionsOf(cold, viewer, 1, more))[0]!;
    return { cold, sessions, newest: { session, part } };
  }

  it("are asked about in one statement, however many hold a place", async () => {
    const { cold, sessions, newest } = await oldSessions(20);
    await cold.settled();
    counting.reset();
    expect(await askAll(cold, [newest])).toEqual(["session-limit"]);
    expect(counting.statements()).toBeLessThanOrEqual(1);
    await administer(cold, "POST", "/admin/video/enc/revoke", { token: sessions[3]!.session.token });
    expect(await askAll(cold, [newest])).toEqual(["key"]);
  });

  it("are not judged while the database is away, which is 503 and no refusal", async () => {
    const { cold, newest } = await oldSessions(2);
    counting.fail(onStatements(NAMED_REVOCATIONS, throws(NETWORK_LOST)));
    try {
      expect(await askAll(cold, [newest])).toEqual(["unavailable"]);
    } finally {
      counting.fail(null);
    }
    expect(await askAll(cold, [newest])).toEqual(["session-limit"]);
  });
});

/** A viewer's JWT of a site with a shared secret. */
async function hs256(secret: Uint8Array<ArrayBuffer>, claims: Record<string, unknown>): Promise<string> {
  const { SignJWT } = await import("jose");
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h").sign(secret);
}
