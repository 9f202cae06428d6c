import { describe, expect, it } from "vitest";
import { DELIVERY_STATES } from "../../../shared/domain/webhooks/webhook-delivery.ts";
import { uuidV7 } from "../../../shared/lib/random-id.ts";
import { type PlansOf, plansOf, readsWhole } from "./query-plans.ts";

type Use = Parameters<typeof plansOf>[0];

/** Each of the values, or none. */
function eachOf<Values extends object>(values: Values): Partial<Values>[] {
  const names = Object.keys(values) as (keyof Values)[];
  return names.reduce<Partial<Values>[]>(
    (soFar, name) => soFar.flatMap((one) => [one, { ...one, [name]: values[name] }]),
    [{}],
  );
}

const id = uuidV7(1);
const limit = 10;
const now = 1000;

const videos = eachOf({ authorId: "a", slug: "b", resourceType: "AUDIO" as const }).flatMap((filter) =>
  [null, { publishedAt: 1, videoPostId: id }].map(
    (after): Use =>
      ({ library }) =>
        library.list({ filter, after, limit }),
  ),
);
const deliveries = eachOf({ from: 1, to: 2, after: { eventAt: 1, eventId: id } }).flatMap((range) =>
  [null, ...DELIVERY_STATES].map((state): Use => {
    const page = { endpointId: id, state, from: null, to: null, after: null, ...range, limit };
    return ({ webhookDeliveries }) => webhookDeliveries.list(page);
  }),
);

const jobFilters = { slug: "a", resourceType: "AUDIO", callerId: "b", status: "FAILED", createdFrom: 1 } as const;
const encoderJobs = eachOf(jobFilters).flatMap((filter) =>
  [null, id].flatMap((after) =>
    (["newest-first", "oldest-first"] as const).map(
      (order): Use =>
        ({ encoderJobs: jobs }) =>
          jobs.list({ filter, order, after, limit }),
    ),
  ),
);

const LISTS: Readonly<Record<string, readonly Use[]>> = {
  videos,
  "rewards of an author": [null, 5].map(
    (after): Use =>
      ({ ledger }) =>
        ledger.page({ authorId: "a", after, limit }),
  ),
  "history of a post": [null, 5].map(
    (before): Use =>
      ({ postHistory }) =>
        postHistory.page({ videoPostId: id, before, limit }),
  ),
  "encoder jobs": encoderJobs,
  "the encoder job of a post": [({ encoderJobs: jobs }) => jobs.ofPost(id), ({ encoderJobs: jobs }) => jobs.find(id)],
  "webhook deliveries": deliveries,
  "attempts of a delivery": [
    ({ webhookDeliveries }) => webhookDeliveries.attempts({ endpointId: id, eventId: id }, limit),
  ],
  "replay of a range": [null, { eventAt: 1, eventId: id }].map(
    (after): Use =>
      ({ webhookDeliveries }) =>
        webhookDeliveries.replayRange({ endpointId: id, states: DELIVERY_STATES, from: 1, to: 2, after, limit }, now),
  ),
  jobs: eachOf({ videoPostId: "p", state: "FAILED" as const, kind: "ENCRYPT" as const }).flatMap((filter) =>
    [null, id].map(
      (before): Use =>
        ({ jobs }) =>
          jobs.page({ filter, before, limit }),
    ),
  ),
  "API keys": [null, { createdAt: 1, keyId: "k" }].map(
    (after): Use =>
      ({ apiKeys }) =>
        apiKeys.list({ after, limit }),
  ),
  "upload tokens": [null, "a"].flatMap((owner) =>
    [null, id].map(
      (after): Use =>
        ({ uploadTokens }) =>
          uploadTokens.list({ owner, after, limit }),
    ),
  ),
};

const waits = { firstWaitMs: 1, longestWaitMs: 2 };

const STEPS: Readonly<Record<string, readonly Use[]>> = {
  "due deliveries": [({ webhookDeliveries }) => webhookDeliveries.takeDue(now, 1, limit)],
  "old deliveries": [({ webhookDeliveries }) => webhookDeliveries.deleteBefore(now, limit)],
  "expired idempotency keys": [({ idempotency }) => idempotency.deleteExpired(now, limit)],
  "complete uploads of tokens": [({ uploadTokens }) => uploadTokens.listCompleted(limit)],
  "expired upload tokens": [({ uploadTokens }) => uploadTokens.endExpired({ now, firstAttemptAt: now }, limit)],
  "ended upload tokens": [({ uploadTokens }) => uploadTokens.deleteEnded(now, limit)],
  "expired uploads": [({ uploads }) => uploads.listRemovable(now, limit)],
  "ended content keys": [({ contentKeys }) => contentKeys.deleteEnded(now, limit)],
  "revisions with events": [({ outbox }) => outbox.takeDue({ now, first: limit, again: limit, ...waits })],
  "videos that wait for the library": [({ library }) => library.listUnrecorded(limit)],
  "titles to fold": [({ foldedTitles }) => foldedTitles.complete(limit)],
};

/** The first page of all tokens is the end of the primary key, without a condition. */
const ALL_TOKENS = /^SCAN upload_token USING INDEX sqlite_autoindex_upload_token_1$/;
/** Orders rows of the same millisecond. */
const TIES = "USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY";
/** A deployment has a bounded number of endpoints, and their filters are JSON. */
const ENDPOINTS = "SCAN webhook_endpoint";

async function odd(uses: readonly Use[], isMeant: (line: string) => boolean): Promise<PlansOf> {
  const plans = await Promise.all(uses.map((use) => plansOf(use)));
  expect(plans.map((statements) => statements.length)).not.toContain(0);
  return plans.flat().filter((plan) => readsWhole(plan.filter((line) => !isMeant(line))));
}

describe("a list", () => {
  it.each(Object.entries(LISTS))(
    "searches an index, in its order, for every filter and every page: %s",
    async (_, uses) => {
      expect(await odd(uses, (line) => ALL_TOKENS.test(line))).toEqual([]);
    },
  );
});

describe("a step of the Cron Trigger", () => {
  it.each(Object.entries(STEPS))("searches an index for what is due: %s", async (_, uses) => {
    expect(await odd(uses, (line) => line === TIES || line === ENDPOINTS)).toEqual([]);
  });
});
