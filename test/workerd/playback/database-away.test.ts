import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DATABASE_TIMEOUT_MS } from "../../../edge/middleware/timeout.ts";
import { hangs, throws } from "../support/faults.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { anonymousToken, askKey, type Held, siteToken, startSession, tokenId } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

/* D1 at its limits, and beyond: what each viewer gets, and who does not notice. */

/** What D1 throws when it is not the statement's fault: developers.cloudflare.com/d1/observability/debug-d1. */
const FAULTS = [
  "D1_ERROR: D1 DB is overloaded. Requests queued for too long.",
  "D1_ERROR: D1 DB is overloaded. Too many requests queued.",
  "D1_ERROR: Network connection lost.",
  "Network connection lost.",
  "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.",
  "D1_ERROR: Internal error in D1 DB storage caused object to be reset.",
  "D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.",
  "D1_ERROR: D1 DB reset because its code was updated.",
  "D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.",
  "D1_ERROR: D1 DB's isolate exceeded its memory limit and was reset.",
];

const database = faultyDatabase(testEnv.DB);
const worker = startWorker({ DB: database.db });
let post: PublishedPost;
let token: Held;
let session: Held;
let publicSession: Held;

beforeAll(async () => {
  post = await publishPost(worker);
});

beforeEach(async () => {
  token = await siteToken(worker, post, { maxUses: 1 });
  session = await startSession(worker, post, token);
  publicSession = await startSession(worker, post, await anonymousToken(worker, post));
});
afterEach(() => database.fail(null));

const resource = (file: string, { token }: Held) =>
  worker.fetch(`/video/enc/videoResource/${post.videoPostId}/0/${file}?token=${token}`);
const key = ({ token }: Held, init?: RequestInit) => {
  const { keyId } = post.keys.keys.find(({ quality }) => quality === "480p")!;
  return worker.fetch(`/video/enc/key?keyId=${keyId}&quality=480p&token=${token}`, init);
};
const part = () => ({ videoPostId: post.videoPostId, fileIndex: 0 });
const issue = () => worker.fetch("/video/enc/token", { method: "POST", body: JSON.stringify(part()) });
const issueBySite = () => worker.admin("POST", "/admin/video/enc/token", { ...part(), maxUses: 1 });

async function uses(): Promise<number> {
  const text = "SELECT count(*) AS n FROM video_hls_token_session WHERE token_id = ?";
  return (await testEnv.DB.prepare(text).bind(tokenId(token)).first<{ n: number }>())!.n;
}

async function expectUnavailable(response: Response): Promise<void> {
  const header = (name: string) => response.headers.get(name);
  expect(await response.json()).toMatchObject({ status: 503, code: "unavailable" });
  expect(response.status).toBe(503);
  expect(Number(header("retry-after"))).toBeGreaterThan(0);
  expect(header("access-control-allow-origin")).toBe("*");
  expect(header("access-control-expose-headers")).toContain("Retry-After");
  expect(header("cache-control")).toBe("no-store");
  expect(header("content-type")).toBe("application/problem+json");
}

describe.each(FAULTS)("while D1 says %j", (message) => {
  beforeEach(() => database.fail(throws(message)));

  it("the key gate answers 503 with Retry-After, with a row and without, and counts nothing", async () => {
    for (const held of [token, session, publicSession]) await expectUnavailable(await key(held));
    expect(await uses()).toBe(0);
    database.fail(null);
    expect(await askKey(worker, post, session)).toBe("key");
    expect(await uses()).toBe(1);
  });

  it("token issue answers 503 with Retry-After, to viewers and to sites", async () => {
    await expectUnavailable(await issue());
    await expectUnavailable(await issueBySite());
  });
});

describe("while D1 is away", () => {
  beforeEach(() => database.fail(throws("D1_ERROR: Network connection lost.")));

  it("those who have their key play on: master, media playlists and segments ask no database", async () => {
    for (const held of [session, publicSession]) {
      expect((await resource("master.m3u8", held)).status).toBe(200);
      const media = await resource("480p/index.m3u8", held);
      const playlist = new TextDecoder().decode(await media.arrayBuffer());
      const segments = playlist.split("\n").filter((line) => line.endsWith(".ts"));
      expect([media.status, segments.length]).toEqual([200, 3]);
      for (const path of segments) expect((await worker.fetch(path)).status).toBe(200);
    }
  });

  it("an issued token still starts sessions in the playlists, whose keys wait for the database", async () => {
    const late = await startSession(worker, post, token);
    await expectUnavailable(await key(late));
    database.fail(null);
    expect(await askKey(worker, post, late)).toBe("key");
  });

  it("what the signature decides is refused for good all the same", async () => {
    expect((await key({ token: `${session.token}x` })).status).toBe(401);
    expect((await resource("1080p/index.m3u8", publicSession)).status).toBe(403);
    expect((await key(session, { method: "HEAD" })).status).toBe(200);
  });
});

describe("while D1 does not answer at all", () => {
  it("nobody waits for longer than the limit, and everybody may come again", async () => {
    database.fail(hangs);
    const begun = Date.now();
    const answers = await Promise.all([key(token), key(session), key(publicSession), issue(), issueBySite()]);
    const waited = Date.now() - begun;
    for (const answer of answers) await expectUnavailable(answer);
    expect(waited).toBeGreaterThanOrEqual(DATABASE_TIMEOUT_MS - 100);
    expect(waited).toBeLessThan(2 * DATABASE_TIMEOUT_MS);
    database.fail(null);
    expect(await askKey(worker, post, session)).toBe("key");
  });
});

describe("200 viewers at once", () => {
  it("cost one round trip each, and every one of them gets the key", async () => {
    const sessions = await Promise.all(
      Array.from({ length: 200 }, async () =>
        startSession(worker, post, await siteToken(worker, post, { maxUses: 1 })),
      ),
    );
    database.reset();
    const answers = await Promise.all(sessions.map((one) => key(one)));
    expect(database.trips()).toBe(200);
    const bodies = await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    expect(bodies.map(({ byteLength }) => byteLength)).toEqual(Array(200).fill(16));
  });

  it("cost one round trip each when they are refused, too", async () => {
    const sessions = await Promise.all(Array.from({ length: 200 }, () => startSession(worker, post, token)));
    database.reset();
    const statuses = (await Promise.all(sessions.map((one) => key(one)))).map(({ status }) => status);
    expect(database.trips()).toBe(200);
    expect(statuses.toSorted()).toEqual([200, ...Array(199).fill(403)]);
  });

  it("get a 503 each, after one round trip, while D1 is overloaded, and all their keys afterwards", async () => {
    const anybody = await anonymousToken(worker, post);
    const sessions = await Promise.all(Array.from({ length: 200 }, () => startSession(worker, post, anybody)));
    database.fail(throws(FAULTS[0]!));
    const during = await Promise.all(sessions.map((one) => key(one)));
    for (const answer of during) await expectUnavailable(answer);
    database.fail(null);
    const after = await Promise.all(sessions.map((one) => key(one)));
    expect(after.map(({ status }) => status)).toEqual(Array(200).fill(200));
  });
});
