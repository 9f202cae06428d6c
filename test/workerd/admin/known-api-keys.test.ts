import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { formatApiKey, hashOfSecret, newApiKeyParts } from "../../../shared/application/api-key-text.ts";
import { bearer, type CreatedKey, createKey } from "../support/admin-callers.ts";
import { type Fault, NETWORK_LOST, onStatements, throws, waitsFor } from "../support/faults.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { database } from "../support/inspection.ts";
import { IssueCounters } from "../support/issue-counters.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import type { TestSettings } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/* What an isolate knows of API keys when a site issues tokens with them. */

let editor: TestWorker;
let post: PublishedPost;
let key: CreatedKey;

beforeAll(async () => {
  editor = startWorker();
  post = await publishPost(editor);
});
beforeEach(async () => {
  key = await createKey(editor, ["tokens:issue", "posts:read"]);
});

/** An isolate whose time passes when the test says so, and how often it has looked up an API key. */
function startIsolate(settings: TestSettings = {}, clockMs = 0) {
  let at = Date.now() + clockMs;
  let lookUps = 0;
  const database = faultyDatabase();
  const counting = (fault: Fault) =>
    onStatements(/select .* from "?api_key\b/i, (request) => {
      lookUps++;
      return fault(request);
    });
  const counted = counting(({ send }) => send());
  database.fail(counted);
  const worker = startWorker({ ...database.bindings, ...settings }, { now: () => at });
  return Object.assign(worker, {
    lookUps: () => lookUps,
    pass: (ms: number) => {
      at += ms;
    },
    failLookUps: (fault: Fault) => database.fail(counting(fault)),
    breakDatabase: () => database.fail(throws(NETWORK_LOST)),
    repairDatabase: () => database.fail(counted),
  });
}

async function issue(worker: TestWorker, { key: text }: { readonly key: string } = key, from = "203.0.113.7") {
  const { videoPostId, fileIndex } = post;
  const headers = { ...bearer(text), "cf-connecting-ip": from };
  const body = JSON.stringify({ videoPostId, fileIndex });
  const response = await worker.fetch("/admin/video/enc/token", { method: "POST", headers, body });
  const { detail } = (await response.json()) as { detail?: string };
  return { status: response.status, detail };
}

const list = async (worker: TestWorker) =>
  (await worker.fetch("/api/v2/video-posts", { headers: bearer(key.key) })).status;

const revoke = (worker: TestWorker) => worker.admin("DELETE", `/admin/api-keys/${key.keyId}`);

const REVOKED = { status: 401, detail: "this API key was revoked" };

describe("an API key by which a site issues tokens", () => {
  it("is looked up once by an isolate, however many viewers come at once and for minutes", async () => {
    const isolate = startIsolate();
    for (let n = 0; n < 5; n++) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => issue(isolate)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      isolate.pass(5000);
    }
    expect(isolate.lookUps()).toBe(1);
    isolate.pass(60_000);
    expect((await issue(isolate)).status).toBe(200);
    expect(isolate.lookUps()).toBe(2);
  });

  it("lets a crowd of its viewers pass an isolate that has just started, whatever else is limited", async () => {
    const counters = new IssueCounters();
    counters.everything = true;
    const isolate = startIsolate({ TOKEN_ISSUE_LIMIT: counters });
    const answers = await Promise.all(Array.from({ length: 200 }, () => issue(isolate)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(isolate.lookUps()).toBe(1);
  });

  it("is refused at once by the isolate that has revoked it, and by all others after GATE_FRESH_SECONDS", async () => {
    const isolates = [startIsolate(), startIsolate({}, 4000), startIsolate({}, -4000)] as const;
    for (const isolate of isolates) expect((await issue(isolate)).status).toBe(200);
    expect((await revoke(isolates[0])).status).toBe(204);
    expect(await issue(isolates[0])).toEqual(REVOKED);
    for (const isolate of isolates) isolate.pass(5001);
    for (const isolate of isolates) expect(await issue(isolate)).toEqual(REVOKED);
  });

  it("is looked up for each request that administrates, so that its revocation is in effect at once", async () => {
    const [one, other] = [startIsolate(), startIsolate()];
    expect((await issue(other)).status).toBe(200);
    for (let n = 0; n < 3; n++) expect(await list(other)).toBe(200);
    expect(other.lookUps()).toBe(4);
    await revoke(one);
    expect(await list(other)).toBe(401);
  });

  it("is looked up for each token where GATE_FRESH_SECONDS is 0", async () => {
    const [one, other] = [startIsolate(), startIsolate({ GATE_FRESH_SECONDS: "0" })];
    for (let n = 0; n < 3; n++) expect((await issue(other)).status).toBe(200);
    expect(other.lookUps()).toBe(3);
    await revoke(one);
    expect(await issue(other)).toEqual(REVOKED);
  });

  it("issues tokens while the database is away, for GATE_STALE_SECONDS, unless it is known as revoked", async () => {
    const [isolate, revoking] = [startIsolate(), startIsolate()];
    for (const one of [isolate, revoking]) expect((await issue(one)).status).toBe(200);
    await revoke(revoking);
    for (const one of [isolate, revoking]) one.breakDatabase();
    for (const one of [isolate, revoking]) one.pass(5001);
    expect((await issue(isolate)).status).toBe(200);
    expect((await issue(revoking)).status).toBe(503);
    await isolate.settled();
    isolate.pass(60_000);
    expect((await issue(isolate)).status).toBe(503);
    isolate.repairDatabase();
    isolate.pass(1000);
    expect(await issue(isolate)).toEqual(REVOKED);
  });

  it("is known a second after it was created elsewhere, to an isolate that has tried it before", async () => {
    const isolate = startIsolate();
    const early = newApiKeyParts((length) => crypto.getRandomValues(new Uint8Array(length)));
    const text = { key: formatApiKey(early) };
    expect((await issue(isolate, text)).status).toBe(401);
    const values = { key_id: early.keyId, secret_hash: await hashOfSecret(early.secret) };
    await database.change("api_key", values, { key_id: key.keyId });
    expect((await issue(isolate, text)).status).toBe(401);
    isolate.pass(1000);
    expect((await issue(isolate, text)).status).toBe(200);
  });
});

describe("a flood of made-up API keys", () => {
  it("from any number of networks costs 50 look-ups a second, and no known key notices it", async () => {
    const isolate = startIsolate();
    expect((await issue(isolate)).status).toBe(200);
    const before = isolate.lookUps();
    const flood = Array.from({ length: 200 }, (_, n) => {
      const keyId = n.toString(16).padStart(16, "0");
      return issue(isolate, { key: `llk_${keyId}_${"A".repeat(43)}` }, `198.51.100.${n}`);
    });
    const statuses = (await Promise.all(flood)).map(({ status }) => status);
    expect(isolate.lookUps() - before).toBeLessThanOrEqual(50);
    expect(new Set(statuses)).toEqual(new Set([401, 503]));
    expect((await issue(isolate)).status).toBe(200);
  });

  it("of one id costs one look-up a second, and none of an id that exists", async () => {
    const isolate = startIsolate();
    expect((await issue(isolate)).status).toBe(200);
    const guess = (keyId: string, n: number) => ({ key: `llk_${keyId}_${String(n).padStart(43, "A")}` });
    for (let n = 0; n < 20; n++) expect((await issue(isolate, guess(key.keyId, n))).status).toBe(401);
    expect(isolate.lookUps()).toBe(1);
    for (let n = 0; n < 20; n++) expect((await issue(isolate, guess("0123456789abcdef", n))).status).toBe(401);
    expect(isolate.lookUps()).toBe(2);
  });

  const madeUp = (n: number) => ({ key: `llk_${n.toString(16).padStart(16, "0")}_${"A".repeat(43)}` });
  const many = (count: number, ask: (n: number) => Promise<unknown>) =>
    Promise.all(Array.from({ length: count }, (_, n) => ask(n)));

  it("from one network keeps no site from an isolate that has not seen its key", async () => {
    const isolate = startIsolate();
    await many(60, (n) => issue(isolate, madeUp(n), "203.0.113.9"));
    expect(isolate.lookUps()).toBeLessThanOrEqual(10);
    expect((await issue(isolate, key, "198.51.100.1")).status).toBe(200);
  });

  it("is limited by network, which concerns no key that is known", async () => {
    const counters = new IssueCounters();
    counters.everything = true;
    const isolate = startIsolate({ TOKEN_ISSUE_LIMIT: counters });
    expect((await issue(isolate)).status).toBe(200);
    expect((await issue(isolate, madeUp(1))).status).toBe(401);
    expect((await issue(isolate, madeUp(2))).status).toBe(429);
    expect((await issue(isolate)).status).toBe(200);
    isolate.pass(10_000);
    expect((await issue(isolate, madeUp(2))).status).toBe(401);
    expect(new Set(counters.asked)).toEqual(new Set(["api-key:203.0.113.7"]));
  });

  it.each<[string, string, "fails" | "is slow", string]>([
    ["administration", "/api/v2/video-posts", "fails", "5"],
    ["administration", "/api/v2/video-posts", "is slow", "5"],
    ["token issue", "/admin/video/enc/token", "fails", "5"],
    ["token issue", "/admin/video/enc/token", "is slow", "5"],
    ["token issue", "/admin/video/enc/token", "fails", "0"],
    ["token issue", "/admin/video/enc/token", "is slow", "0"],
  ])("costs %s 50 look-ups a second: %s, while the database %s, fresh %s", async (_, path, state, fresh) => {
    const isolate = startIsolate({ GATE_FRESH_SECONDS: fresh });
    const opened = Promise.withResolvers<void>();
    isolate.failLookUps(state === "fails" ? throws(NETWORK_LOST) : waitsFor(opened.promise));
    const flood = many(200, async (n) => {
      const headers = { ...bearer(madeUp(n).key), "cf-connecting-ip": `198.51.100.${n}` };
      const post = { method: "POST", body: "{}" };
      return (await isolate.fetch(path, { headers, ...(path.startsWith("/admin") ? post : {}) })).status;
    });
    await scheduler.wait(500);
    const lookUps = isolate.lookUps();
    opened.resolve();
    await flood;
    expect(lookUps).toBeGreaterThan(0);
    expect(lookUps).toBeLessThanOrEqual(50);
  });
});
