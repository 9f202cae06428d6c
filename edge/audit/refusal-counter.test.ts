import { beforeEach, describe, expect, it } from "vitest";
import type { AuditEvent, Occurrence } from "../../shared/domain/audit-event.ts";
import { createRefusalCounter, type RefusalCounter } from "./refusal-counter.ts";

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
let counter: RefusalCounter;

beforeEach(() => {
  now = START;
  sent = [];
  carriers = [];
  left = [];
  counter = createRefusalCounter({
    now: () => now,
    send: async (events) => void sent.push(...events),
    wait: (ms) => new Promise<void>((resolve) => carriers.push({ endsAt: now + ms, end: resolve })),
    retentionDays: 10,
  });
});

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
