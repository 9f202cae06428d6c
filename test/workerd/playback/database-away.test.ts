import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hangs, NETWORK_LOST, throws } from "../support/faults.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { RETRY_AFTER } from "../support/retry-after.ts";
import { isOnPostgres } from "../support/test-env.ts";
import { anonymousToken, askKey, type Held, siteToken, startSession, usesOf } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

/* A database at its limits, and beyond: what each viewer gets, and who does not notice. */

/** What D1 throws when it is not the statement's fault: developers.cloudflare.com/d1/observability/debug-d1. */
const FAULTS_OF_D1 = [
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

/** Of the driver, of a socket, of Hyperdrive and of Postgres: developers.cloudflare.com/hyperdrive/observability. */
const FAULTS_OF_POSTGRES = [
  "Connection terminated unexpectedly",
  "timeout expired",
  "Query read timeout",
  "Network connection lost.",
  "Internal error.",
  "Failed to acquire a connection from the pool.",
  "Server connection attempt failed: connection_refused",
  "sorry, too many clients already",
  "the database system is starting up",
  "terminating connection due to administrator command",
  "canceling statement due to statement timeout",
];
const FAULTS = isOnPostgres ? FAULTS_OF_POSTGRES : FAULTS_OF_D1;

const database = faultyDatabase();
const worker = startWorker({ ...database.bindings });
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
const key = ({ token }: Held, to = worker, init?: RequestInit) => {
  const { keyId } = post.keys.keys.find(({ quality }) => quality === "480p")!;
  return to.fetch(`/video/enc/key?keyId=${keyId}&quality=480p&token=${token}`, init);
};
const part = () => ({ videoPostId: post.videoPostId, fileIndex: 0 });
const issue = (to = worker) => to.fetch("/video/enc/token", { method: "POST", body: JSON.stringify(part()) });
const issueBySite = (to = worker) => to.admin("POST", "/admin/video/enc/token", { ...part(), maxUses: 1 });
/** Another isolate, which knows nothing yet. */
const coldWorker = (settings = {}, options = {}) => startWorker({ ...database.bindings, ...settings }, options);

const uses = () => usesOf(worker, token);

async function expectUnavailable(response: Response): Promise<void> {
  const header = (name: string) => response.headers.get(name);
  expect(await response.json()).toMatchObject({ status: 503, code: "unavailable" });
  expect(response.status).toBe(503);
  expect(header("retry-after")).toEqual(RETRY_AFTER);
  expect(header("access-control-allow-origin")).toBe("*");
  expect(header("access-control-expose-headers")).toContain("Retry-After");
  expect(header("cache-control")).toBe("no-store");
  expect(header("content-type")).toBe("application/problem+json");
}

describe.each(FAULTS)("while the database says %j", (message) => {
  it("an isolate that knows nothing answers 503 with Retry-After to keys and to token issue, and counts nothing", async () => {
    const cold = coldWorker();
    database.fail(throws(message));
    for (const held of [token, session, publicSession]) await expectUnavailable(await key(held, cold));
    await expectUnavailable(await issue(cold));
    await expectUnavailable(await issueBySite(cold));
    database.fail(null);
    expect(await uses()).toBe(0);
    cold.advance(1000);
    expect(await askKey(cold, post, session)).toBe("key");
    expect(await uses()).toBe(1);
  });

  it("an isolate that knows the part continues, for new and for present viewers", async () => {
    expect(await askKey(worker, post, publicSession)).toBe("key");
    database.fail(throws(message));
    expect((await issue()).status).toBe(200);
    expect((await key(session)).status).toBe(200);
  });
});

describe("while the database stays away", () => {
  it("viewers start and play without waiting for GATE_STALE_SECONDS, get 503 after it, and recover by themselves", async () => {
    // Time that passes when the test says so, however long a busy machine takes.
    let at = Date.now();
    const mine = coldWorker({ GATE_STALE_SECONDS: "10" }, { now: () => at });
    expect((await issue(mine)).status).toBe(200);
    database.fail(throws(NETWORK_LOST));
    for (const age of [0, 6000, 3000]) {
      at += age;
      expect([(await issue(mine)).status, (await key(publicSession, mine)).status]).toEqual([200, 200]);
      await mine.settled();
    }
    at += 2000;
    await expectUnavailable(await issue(mine));
    await expectUnavailable(await key(publicSession, mine));
    at += 20_000;
    await expectUnavailable(await key(publicSession, mine));
    database.fail(null);
    at += 1000;
    expect([(await issue(mine)).status, (await key(publicSession, mine)).status]).toEqual([200, 200]);
  });
});

describe("while the database is away", () => {
  beforeEach(() => database.fail(throws(NETWORK_LOST)));

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
    const cold = coldWorker();
    await expectUnavailable(await key(late, cold));
    database.fail(null);
    expect(await askKey(worker, post, late)).toBe("key");
  });

  it("what the signature decides is refused for good all the same", async () => {
    expect((await key({ token: `${session.token}x` })).status).toBe(401);
    expect((await resource("1080p/index.m3u8", publicSession)).status).toBe(403);
    expect((await key(session, worker, { method: "HEAD" })).status).toBe(200);
  });
});

describe("while the database does not answer at all", () => {
  it("an isolate that knows nothing answers 503 within a second, and everybody may come again", async () => {
    const cold = coldWorker();
    database.fail(hangs);
    const requests = [key(token, cold), key(session, cold), key(publicSession, cold), issue(cold), issueBySite(cold)];
    for (const answer of await Promise.all(requests)) await expectUnavailable(answer);
    database.fail(null);
    cold.advance(1000);
    expect(await askKey(cold, post, session)).toBe("key");
  });

  it("an isolate that knows the part does not wait for the database a second time", async () => {
    database.fail(hangs);
    worker.advance(6000);
    expect((await key(publicSession)).status).toBe(200);
    expect((await key(publicSession)).status).toBe(200);
  });
});

describe("200 viewers at once", () => {
  it("of an isolate that knows nothing cost two statements, and every one of them gets the key", async () => {
    const anybody = await anonymousToken(worker, post);
    const sessions = await Promise.all(Array.from({ length: 200 }, () => startSession(worker, post, anybody)));
    // All of it at one time, however long a busy machine takes.
    const at = Date.now();
    const cold = coldWorker({}, { now: () => at });
    database.reset();
    const answers = await Promise.all(sessions.map((one) => key(one, cold)));
    expect(database.trips()).toBe(2);
    const bodies = await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    expect(bodies.map(({ byteLength }) => byteLength)).toEqual(Array(200).fill(16));
  });

  it("with one token of one use cost no statement more, and one of them gets the key", async () => {
    const sessions = await Promise.all(Array.from({ length: 200 }, () => startSession(worker, post, token)));
    expect(await askKey(worker, post, publicSession)).toBe("key");
    database.reset();
    const statuses = (await Promise.all(sessions.map((one) => key(one)))).map(({ status }) => status);
    expect(database.trips()).toBeLessThanOrEqual(1);
    expect(statuses.toSorted()).toEqual([200, ...Array(199).fill(403)]);
  });

  it("get a 503 each while the database is overloaded, after one attempt of each kind, and all their keys afterwards", async () => {
    const anybody = await anonymousToken(worker, post);
    const sessions = await Promise.all(Array.from({ length: 200 }, () => startSession(worker, post, anybody)));
    const cold = coldWorker();
    database.fail(throws(FAULTS[0]!));
    for (const answer of await Promise.all(sessions.map((one) => key(one, cold)))) await expectUnavailable(answer);
    database.fail(null);
    cold.advance(1000);
    const after = await Promise.all(sessions.map((one) => key(one, cold)));
    expect(after.map(({ status }) => status)).toEqual(Array(200).fill(200));
  });
});
