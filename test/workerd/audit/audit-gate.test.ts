import { beforeAll, describe, expect, it } from "vitest";
import { type AuditEvent, auditEvent } from "../../../shared/domain/access/audit-event.ts";
import { allSettled, deliver, everyRow, heldQueue, readAudit } from "../support/audited.ts";
import { throws } from "../support/faults.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { anonymousToken, askKey, siteToken, startSession, tokenId } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const FROM = { "cf-connecting-ip": "203.0.113.7" };

let post: PublishedPost;
let queue: ReturnType<typeof heldQueue>;
let worker: TestWorker;

beforeAll(async () => {
  post = await publishPost(startWorker());
});

/** A Worker whose queue is held, and whose carriers wait until `go` is called. */
function start(settings: Record<string, unknown> = {}) {
  queue = heldQueue();
  const gate = Promise.withResolvers<void>();
  worker = startWorker({ AUDIT_EVENTS: queue.binding, ...settings }, { wait: () => gate.promise });
  return { go: () => gate.resolve() };
}

async function ask(token: string, quality = "480p", headers: Record<string, string> = FROM): Promise<number> {
  const { keyId } = post.keys.keys.find((key) => key.quality === quality)!;
  const response = await worker.fetch(`/video/enc/key?keyId=${keyId}&quality=${quality}&token=${token}`, { headers });
  await response.arrayBuffer();
  return response.status;
}

const atGate = () => queue.sent.filter(({ action }) => action === "gate.refuse");

async function refusedOnce(token: string, quality?: string): Promise<AuditEvent> {
  expect(await ask(token, quality)).toBeGreaterThanOrEqual(400);
  await expect.poll(() => atGate()).toHaveLength(1);
  return atGate()[0]!;
}

describe("a refusal of the key endpoint", () => {
  it("is in the log after the queue ran, by itself", async () => {
    const own = startWorker();
    const { token } = await siteToken(own, post, { qualities: ["360p"], viewer: "site:real-queue" });
    expect(await askKey(own, post, { token }, "480p")).toBe("quality-not-allowed");
    const found = () =>
      everyRow().then((rows) => rows.filter(({ details }) => String(details).includes(tokenId({ token }))));
    await expect
      .poll(async () => (await found()).map(({ action }) => action), { interval: 200 })
      .toContain("gate.refuse");
  });

  it("names post, part, quality, key version, the token's id and the client", async () => {
    start();
    const { token } = await siteToken(worker, post, { qualities: ["360p"], maxUses: 1 });
    expect(await refusedOnce(token)).toMatchObject({
      actor: "anonymous",
      videoPostId: post.videoPostId,
      fileIndex: 0,
      status: 403,
      reason: "quality-not-allowed",
      count: 1,
      clientAddress: "203.0.113.7",
      details: { quality: "480p", keyVersion: 1, tokenId: tokenId({ token }) },
    });
  });

  it("names the viewer by an id that is no name", async () => {
    start();
    const issued = await siteToken(worker, post, { viewer: "site:7" });
    await worker.admin("POST", "/admin/video/enc/revoke", { tokenId: tokenId(issued) });
    expect(await refusedOnce(issued.token)).toMatchObject({
      actor: `viewer:${await worker.context.viewerIds.of("site:7")}`,
      reason: "token-revoked",
      status: 401,
    });
  });

  it("knows the post of a token that has expired, since its signature holds", async () => {
    start();
    const { token } = await siteToken(worker, post, { startSeconds: 60 });
    worker.advance(120_000);
    expect(await refusedOnce(token)).toMatchObject({ reason: "token-expired", videoPostId: post.videoPostId });
  });

  it("names nothing of a token whose signature is not valid, expired or not", async () => {
    start();
    const { token } = await siteToken(worker, post, { viewer: "site:forged", startSeconds: 60 });
    const [header, payload, signature] = token.split(".") as [string, string, string];
    const forged = `${header}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    const blank = { actor: "anonymous", videoPostId: null, fileIndex: null, details: null, reason: "token-invalid" };
    expect(await refusedOnce(forged)).toMatchObject(blank);
    worker.advance(120_000);
    start();
    expect(await refusedOnce(forged)).toMatchObject(blank);
  });

  it("names no viewer without a token", async () => {
    start();
    expect(await refusedOnce("")).toMatchObject({ actor: "anonymous", reason: "token-missing", videoPostId: null });
  });

  it("does not name the id of a token without a row, because anybody may have an equal one", async () => {
    start();
    const { token } = await anonymousToken(worker, post);
    expect((await refusedOnce(token, "1080p")).details).toEqual({ quality: "1080p", keyVersion: 1 });
  });

  it("is recorded for HEAD too, unlike a served key, a fault of the Worker and another method", async () => {
    start();
    const { token } = await siteToken(worker, post);
    expect(await ask(token)).toBe(200);
    await worker.fetch("/video/enc/key", { method: "POST" });
    const failing = faultyDatabase(throws("D1 is away")).bindings;
    const without = startWorker({ ...failing, AUDIT_EVENTS: queue.binding });
    expect((await without.fetch(`/video/enc/key?keyId=x&quality=480p&token=${token}`)).status).toBe(503);
    await allSettled(worker);
    await allSettled(without);
    expect(atGate()).toEqual([]);
    expect((await worker.fetch("/video/enc/key", { method: "HEAD" })).status).toBe(401);
    await expect.poll(() => atGate()).toHaveLength(1);
  });

  it("costs no statement, and the response does not wait for the queue", async () => {
    const counting = faultyDatabase();
    const stuck = { send: () => new Promise(() => {}), sendBatch: () => new Promise(() => {}) };
    start({ ...counting.bindings, AUDIT_EVENTS: stuck });
    const issued = await siteToken(startWorker(), post, { maxUses: 1 });
    const first = await startSession(worker, post, issued);
    const second = await startSession(worker, post, issued);
    expect(await askKey(worker, post, first)).toBe("key");
    counting.reset();
    expect(await askKey(worker, post, second)).toBe("uses-exhausted");
    expect(counting.trips()).toBeLessThanOrEqual(1);
  });
});

describe("a flood of refusals", () => {
  /** Nothing but the first of each kind leaves before its time. */
  const noted = (kinds: number) => expect.poll(() => atGate()).toHaveLength(kinds);

  it("becomes few rows with correct counts if it is of one kind", async () => {
    const { go } = start();
    for (let n = 0; n < 1000; n++) await ask("not-a-token");
    await noted(1);
    go();
    await expect.poll(() => atGate().reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    await deliver(queue.sent);
    const { events } = await readAudit(worker, { action: "gate.refuse", outcome: "refused" });
    const flood = events.filter(({ id }) => queue.sent.some((sent) => sent.id === id));
    expect(flood.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    // The first at once, the rest together; one more for what comes while the rest is on its way.
    expect(flood.length).toBeLessThanOrEqual(3);
    expect(flood).toContainEqual(expect.objectContaining({ count: 1, reason: "token-invalid", details: null }));
    const rest = flood.find(({ count }) => count > 900);
    expect(rest?.details).toEqual({ until: expect.stringMatching(/^\d{4}-/) });
  });

  it("becomes few events with complete counts if it comes from thousands of addresses", async () => {
    const { go } = start();
    for (let n = 0; n < 3000; n++) await ask("x", "480p", { "cf-connecting-ip": `2001:db8::${n.toString(16)}` });
    await noted(201);
    go();
    await expect.poll(() => atGate().reduce((sum, { count }) => sum + count, 0)).toBe(3000);
    expect(atGate().length).toBeLessThan(210);
    expect(atGate().some(({ actor, count }) => actor === "various" && count > 2000)).toBe(true);
  });
});

describe("the audit queue", () => {
  const event = (actor: string) =>
    auditEvent(
      {
        actor,
        action: "test",
        videoPostId: null,
        fileIndex: null,
        status: 200,
        reason: null,
        clientAddress: null,
        country: null,
        details: { a: ["ü", 1, null] },
      },
      3,
      Date.now(),
      400,
    );

  it("writes a batch, and a batch that comes again makes no second row", async () => {
    start();
    const events = [event("queue:1"), event("queue:2"), event("queue:2")];
    for (let n = 0; n < 3; n++) expect((await deliver(events)).acknowledged).toEqual(["m0", "m1", "m2"]);
    expect((await readAudit(worker, { actor: "queue:1" })).events).toHaveLength(1);
    const { events: second } = await readAudit(worker, { actor: "queue:2" });
    expect(second.map(({ id }) => id).toSorted()).toEqual([events[1]!.id, events[2]!.id].toSorted());
    expect(second[0]).toMatchObject({ count: 3, details: { a: ["ü", 1, null] }, outcome: "done" });
  });

  it("retries a batch, later and later, while the database is unavailable", async () => {
    const away = faultyDatabase(throws("D1 is away")).bindings;
    const late = event("queue:late");
    const delays = [];
    for (const attempts of [1, 2, 20]) delays.push((await deliver([late], away, attempts)).delays);
    expect(delays).toEqual([[10], [20], [3600]]);
    await deliver([late]);
    expect((await readAudit(worker, { actor: "queue:late" })).events).toHaveLength(1);
  });

  it("writes what it can read, and keeps the rest for the dead letters", async () => {
    const result = await deliver([{ prefix: "x" }, event("queue:3"), "text"]);
    expect(result.acknowledged).toEqual(["m1"]);
    expect(result.delays).toEqual([3600, 3600]);
  });
});
