import { beforeEach, describe, expect, it } from "vitest";
import type { AuditEvent, Occurrence } from "../../shared/domain/access/audit-event.ts";
import { createEventCounter, type EventCounter, type Kinds } from "./event-counter.ts";
import { FREQUENT_ACTIONS, REFUSALS } from "./event-kinds.ts";

const REFUSAL: Occurrence = {
  actor: "anonymous",
  action: "gate.refuse",
  videoPostId: null,
  fileIndex: null,
  status: 401,
  reason: "token-expired",
  clientAddress: "203.0.113.7",
  country: "NL",
  details: { quality: "480p" },
};

const START = Date.UTC(2026, 0, 1);
const DAY = 24 * 3600_000;

let now: number;
let sent: AuditEvent[];
let carriers: { readonly endsAt: number; end(): void }[];
let left: Promise<unknown>[];
let counter: EventCounter;

beforeEach(() => {
  now = START;
  sent = [];
  carriers = [];
  left = [];
  counter = counterOf(REFUSALS);
});

function counterOf(kinds: Kinds): EventCounter {
  return createEventCounter(kinds, {
    now: () => now,
    send: async (events) => void sent.push(...events),
    wait: (ms) => new Promise<void>((resolve) => carriers.push({ endsAt: now + ms, end: resolve })),
    retentionDays: 10,
  });
}

function note(times = 1, refusal = REFUSAL): void {
  const waitUntil = (work: Promise<unknown>) => void left.push(work);
  for (let n = 0; n < times; n++) counter.note(refusal, { waitUntil });
}

/** Lets the time come, with everything that ends on the way. */
async function until(seconds: number): Promise<void> {
  const at = START + seconds * 1000;
  for (const carrier of carriers.filter(({ endsAt }) => endsAt <= at)) {
    now = carrier.endsAt;
    carriers.splice(carriers.indexOf(carrier), 1);
    carrier.end();
    await new Promise((resolve) => setImmediate(resolve));
  }
  now = at;
}

const counts = () => sent.map(({ count }) => count);

describe("the counter of refusals", () => {
  it("sends the first of a kind at once, with nothing waiting for more", () => {
    note();
    expect(sent).toMatchObject([{ ...REFUSAL, count: 1, at: START, keepUntil: START + 10 * DAY }]);
    expect(carriers).toEqual([]);
  });

  it("counts the rest of a minute in one event, at the time of the first of them", async () => {
    note();
    for (let second = 1; second < 60; second++) {
      await until(second);
      note(10);
    }
    expect(counts()).toEqual([1]);
    await until(61);
    note();
    expect(counts()).toEqual([1, 590, 1]);
    expect(sent[1]).toMatchObject({
      at: START + 1000,
      details: { quality: "480p", until: "2026-01-01T00:00:59.000Z" },
    });
  });

  it("sends the rest within 20 seconds when no more refusals come", async () => {
    note(5);
    await until(19);
    expect(counts()).toEqual([1]);
    await until(20);
    expect(counts()).toEqual([1, 4]);
    await Promise.all(left);
    expect(carriers).toEqual([]);
  });

  it("keeps no request longer than the platform lets it", async () => {
    for (let second = 0; second < 300; second++) {
      await until(second);
      note(2);
      for (const { endsAt } of carriers) expect(endsAt - now).toBeLessThanOrEqual(20_000);
      expect(carriers.length).toBeLessThanOrEqual(2);
    }
  });

  it("continues in a window that was sent before its end", async () => {
    note(3);
    await until(20);
    note(2);
    await until(45);
    expect(counts()).toEqual([1, 2, 2]);
  });

  it("distinguishes kinds by every field", () => {
    note();
    note(1, { ...REFUSAL, reason: "token-revoked" });
    note(1, { ...REFUSAL, clientAddress: "203.0.113.8" });
    note(1, { ...REFUSAL, details: { quality: "360p" } });
    note(1, { ...REFUSAL, actor: "viewer:site:7" });
    expect(counts()).toEqual([1, 1, 1, 1, 1]);
  });

  it("loses none in an hour of many kinds, and makes few events of them", async () => {
    let noted = 0;
    for (let second = 0; second < 3600; second++) {
      await until(second);
      const kinds = (second * 7919) % 13;
      for (let kind = 0; kind <= kinds; kind++) note(3, { ...REFUSAL, clientAddress: `203.0.113.${kind}` });
      noted += 3 * (kinds + 1);
    }
    await until(3700);
    expect(counts().reduce((sum, count) => sum + count, 0)).toBe(noted);
    expect(sent.length).toBeLessThanOrEqual(13 * 60 * 2);
  });

  it("counts kinds beyond 200 by their reason alone, and then has room again", async () => {
    for (let n = 0; n < 1000; n++) note(1, { ...REFUSAL, clientAddress: `2001:db8::${n.toString(16)}` });
    for (let n = 0; n < 1000; n++) note(1, { ...REFUSAL, reason: "token-invalid", clientAddress: `2001:db8::${n}` });
    await until(20);
    expect(sent.filter(({ actor }) => actor !== "various")).toHaveLength(200);
    expect(
      sent
        .filter(({ actor }) => actor === "various")
        .map(({ reason, count, clientAddress }) => [reason, count, clientAddress]),
    ).toEqual([
      ["token-expired", 1, null],
      ["token-invalid", 1, null],
      ["token-expired", 799, null],
      ["token-invalid", 999, null],
    ]);
    await until(61);
    note();
    expect(sent.at(-1)).toMatchObject({ actor: "anonymous", clientAddress: "203.0.113.7" });
  });
});

describe("the counter of frequent actions", () => {
  const issued = (n: number, more: Partial<Occurrence> = {}): Occurrence => ({
    ...REFUSAL,
    actor: "api-key:shop",
    action: "token.issue",
    videoPostId: "019a0000-0000-7000-8000-000000000001",
    fileIndex: 0,
    status: 200,
    reason: null,
    details: { qualities: ["480p"], maxUses: 2, tokenId: `token-${n}`, viewer: `site:${n}` },
    ...more,
  });

  beforeEach(() => {
    counter = counterOf(FREQUENT_ACTIONS);
  });

  it("keeps all of the first, and of the others what they have in common", async () => {
    for (let n = 0; n < 500; n++) note(1, issued(n));
    await until(20);
    expect(sent).toMatchObject([
      { count: 1, details: { tokenId: "token-0", viewer: "site:0" } },
      { count: 499, clientAddress: "203.0.113.7" },
    ]);
    expect(sent[1]?.details).toEqual({ qualities: ["480p"], maxUses: 2, until: "2026-01-01T00:00:00.000Z" });
  });

  it("keeps all of a second one that is alone, and no address where there are several", async () => {
    note(1, issued(1));
    note(1, issued(2));
    await until(20);
    expect(sent[1]).toMatchObject({ count: 1, details: { tokenId: "token-2", viewer: "site:2" } });
    note(1, issued(3, { clientAddress: "203.0.113.1" }));
    note(1, issued(4, { clientAddress: "203.0.113.2", details: null }));
    await until(40);
    expect(sent[2]).toMatchObject({ count: 2, clientAddress: null, country: "NL" });
    expect(sent[2]?.details).toEqual({ until: "2026-01-01T00:00:20.000Z" });
  });

  it("distinguishes callers, parts and outcomes, and beyond 2,000 of them callers and outcomes", async () => {
    for (let part = 0; part < 3000; part++) note(1, issued(part, { fileIndex: part }));
    note(1, issued(0, { fileIndex: 0, status: 404, reason: "not-found" }));
    note(1, issued(0, { fileIndex: 0, actor: "api-key:other" }));
    await until(20);
    const beyond = sent.filter(({ fileIndex }) => fileIndex === null);
    expect(sent.length - beyond.length).toBe(2000);
    expect(beyond.map(({ actor, status, count, videoPostId }) => [actor, status, count, videoPostId])).toEqual([
      ["api-key:shop", 200, 1, null],
      ["api-key:shop", 404, 1, null],
      ["api-key:other", 200, 1, null],
      ["api-key:shop", 200, 999, null],
    ]);
  });

  it("loses none in ten minutes of two callers, and makes at most two events a minute of each", async () => {
    let noted = 0;
    for (let second = 0; second < 600; second++) {
      await until(second);
      for (const actor of ["api-key:shop", "api-key:other"]) note(7, issued(second, { actor }));
      noted += 14;
    }
    await until(700);
    expect(counts().reduce((sum, count) => sum + count, 0)).toBe(noted);
    expect(sent.length).toBeLessThanOrEqual(2 * 2 * 11);
  });
});
