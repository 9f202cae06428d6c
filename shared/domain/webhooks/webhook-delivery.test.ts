import { describe, expect, it } from "vitest";
import { afterAttempt, STANDARD_LADDER } from "./webhook-delivery.ts";
import { filtersOf, WEBHOOK_EVENT_TYPES, WEBHOOK_FILTERS, webhookBody, webhookIdOf } from "./webhook-event.ts";

const follow = (status: number | null, step = 1, random = 0, retryAfterSeconds: number | null = null) =>
  afterAttempt({ status, retryAfterSeconds }, step, STANDARD_LADDER, random, 1_000_000);

describe("what follows from an attempt", () => {
  it.each([200, 201, 204, 299])("is the end after %s", (status) => {
    expect(follow(status)).toEqual({ state: "DELIVERED", nextAttemptAt: null, isGone: false });
  });

  it.each([null, 100, 199, 300, 301, 307, 400, 401, 404, 429, 500, 503])("is another attempt after %s", (status) => {
    expect(follow(status)).toEqual({ state: "PENDING", nextAttemptAt: 1_005_000, isGone: false });
  });

  it("is no further attempt after 410", () => {
    expect(follow(410)).toEqual({ state: "HELD", nextAttemptAt: null, isGone: true });
  });

  it("is the wait of the ladder, with up to a tenth more, and the end after the last", () => {
    expect(STANDARD_LADDER.reduce((sum, seconds) => sum + seconds, 0)).toBe(75 * 3600 + 2105);
    expect(follow(500, 2)).toMatchObject({ nextAttemptAt: 1_000_000 + 300_000 });
    expect(follow(500, 9, 0.999)).toMatchObject({ nextAttemptAt: 1_000_000 + Math.round(86_400_000 * 1.0999) });
    expect(follow(500, 10)).toMatchObject({ state: "FAILED" });
  });

  it("is a longer wait where a 429 or 503 asks for it, up to a day, and never a shorter one", () => {
    expect(follow(429, 1, 0, 60)).toMatchObject({ nextAttemptAt: 1_060_000 });
    expect(follow(503, 1, 0, 1)).toMatchObject({ nextAttemptAt: 1_005_000 });
    expect(follow(503, 1, 0, 999_999)).toMatchObject({ nextAttemptAt: 1_000_000 + 86_400_000 });
    expect(follow(500, 1, 0, 60)).toMatchObject({ nextAttemptAt: 1_005_000 });
  });
});

describe("an event of a webhook", () => {
  it("has a type of letters and dots, which its filters name", () => {
    for (const type of WEBHOOK_EVENT_TYPES) {
      expect(type).toMatch(/^[a-z]+\.[a-z_]+$/);
      for (const filter of filtersOf(type)) expect(WEBHOOK_FILTERS).toContain(filter);
    }
    expect(filtersOf("post.published")).toEqual(["post.published", "post.*", "*"]);
  });

  it("has an id without a dot, which is its own among those of one domain event", () => {
    expect([0, 1].map((index) => webhookIdOf("0199-a.12.3", index))).toEqual(["evt_0199-a_12_3", "evt_0199-a_12_3_1"]);
  });

  it("has a body with its type, its time and its data in this order", () => {
    const body = webhookBody({ type: "post.deleted", at: 0, data: { videoPostId: "a" } });
    expect(body).toBe('{"type":"post.deleted","timestamp":"1970-01-01T00:00:00.000Z","data":{"videoPostId":"a"}}');
  });
});
