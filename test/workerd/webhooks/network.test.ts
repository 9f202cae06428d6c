import { beforeEach, describe, expect, it } from "vitest";
import { dispatchEvents } from "../../../edge/events/outbox.ts";
import { secretId } from "../../../shared/lib/random-id.ts";
import type { SiteAnswer, SiteRequest } from "../../fixtures/webhook-site-types.ts";
import { database } from "../support/inspection.ts";
import { emptyQueue } from "../support/one-job.ts";
import {
  createEndpoint,
  deliverMessages,
  type Endpoint,
  jsonOf,
  removeEndpoints,
  startWebhookTest,
  verified,
  type WebhookTest,
} from "../support/webhook-receiver.ts";
import { site } from "../support/webhook-site.ts";

/* A site over real connections. The test sets the clock of the Worker; the limit of an attempt is in real seconds. */

const SETTINGS = { WEBHOOK_ADDRESSES: "any", WEBHOOK_TIMEOUT_SECONDS: "4" };
const LADDER = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
const HOOK = `${site.origin}/hook`;

let test: WebhookTest;
let endpoint: Endpoint;

async function start(settings: Record<string, string>, url = HOOK) {
  test = startWebhookTest({ ...SETTINGS, ...settings }, 0, (to, init) => fetch(to, init));
  await removeEndpoints(test.worker);
  endpoint = await createEndpoint(test.worker, { url, events: ["post.published"] });
}

beforeEach(async () => {
  await emptyQueue();
  await database.change("video_post_revision", { dispatched_at: 1 }, { dispatched_at: null });
  await site.answerWith();
});

/** A save of a post, without the post. */
async function publish(): Promise<void> {
  const videoPostId = secretId();
  const row = { video_post_id: videoPostId, version: 3, save_id: videoPostId, lease_guard: 1 };
  const events = JSON.stringify([{ type: "VideoPostPublished", publishedAt: 0 }]);
  await database.insert("video_post_revision", { ...row, events, created_at: Date.now() });
  await dispatchEvents(test.worker.context);
}

type Attempt = { status: number | null; error: string | null; excerpt: string | null };
type Delivery = { deliveryId: string; state: string; attempts: number; attemptList: Attempt[] };
const path = (rest = "") => `/api/v2/webhooks/${endpoint.webhookId}${rest}`;
const deliveries = async () =>
  (await jsonOf<{ items: Delivery[] }>(test.worker.admin("GET", path("/deliveries")))).items;
/** Of the only delivery, the first attempt first. */
async function attempts(): Promise<Attempt[]> {
  const [only, ...others] = await deliveries();
  expect(others).toEqual([]);
  const shown = await jsonOf<Delivery>(test.worker.admin("GET", path(`/deliveries/${only!.deliveryId}`)));
  return shown.attemptList.toReversed().map(({ status, error, excerpt }) => ({ status, error, excerpt }));
}

/** As the site does it: a request counts where the public library accepts the bytes that arrived. */
function verify(request: SiteRequest): void {
  expect(request).toMatchObject({ method: "POST", path: "/hook" });
  const at = Number(request.headers["webhook-timestamp"]) * 1000;
  expect(verified(request, endpoint.secret, at)).toMatchObject({ type: "post.published" });
  expect(() => verified({ ...request, body: `${request.body}\n` }, endpoint.secret, at)).toThrow();
}

describe("an attempt over a real connection", () => {
  it.each<[string, SiteAnswer, Partial<Attempt>]>([
    ["a redirect", { kind: "answer", status: 302, headers: { location: "/moved" } }, { status: 302, error: null }],
    [
      "a permanent redirect",
      { kind: "answer", status: 308, headers: { location: HOOK } },
      { status: 308, error: null },
    ],
    ["no response within the limit", { kind: "hang" }, { status: null, error: "no response in time" }],
    ["a connection that breaks in the response", { kind: "cut" }, { status: null, error: expect.any(String) }],
    ["a failure whose body never ends", { kind: "drip", status: 500 }, { status: 500, error: null }],
    ["a failure whose body breaks off", { kind: "cut-body", status: 500 }, { status: 500, error: null }],
  ])("fails by %s, and the next one delivers the same event", async (_, answer, recorded) => {
    await start({ WEBHOOK_RETRY_SECONDS: "0,60" });
    await site.answerWith(answer);
    await publish();
    expect(await test.drain()).toEqual([0, 60]);
    const requests = await site.requests();
    expect(requests).toHaveLength(2);
    requests.forEach(verify);
    expect(new Set(requests.map(({ id }) => id)).size).toBe(1);
    expect(await attempts()).toMatchObject([recorded, { status: 204, error: null }]);
    await expect.poll(async () => (await site.requests()).every(({ isOver }) => isOver)).toBe(true);
  });

  it.each<[string, SiteAnswer, string]>([
    ["never ends", { kind: "drip", status: 200 }, "slow x"],
    ["breaks off", { kind: "cut-body", status: 200 }, "the start"],
  ])("delivers by a 2xx whose body %s, records what came of it, and leaves the connection", async (_, answer, body) => {
    await start({ WEBHOOK_RETRY_SECONDS: "0,60" });
    await site.answerWith(answer);
    await publish();
    expect(await test.drain()).toEqual([0]);
    const [attempt] = await attempts();
    expect(attempt).toMatchObject({ status: 200, error: null, excerpt: expect.stringMatching(`^${body}`) });
    expect(await deliveries()).toMatchObject([{ state: "DELIVERED", attempts: 1 }]);
    await expect.poll(async () => (await site.requests()).every(({ isOver }) => isOver)).toBe(true);
  });

  it("fails by a refused connection, and says so", async () => {
    await start({ WEBHOOK_RETRY_SECONDS: "0,60" }, "http://127.0.0.1:1/hook");
    await publish();
    expect(await test.drain()).toEqual([0, 60]);
    const refused = { status: null, error: "Network connection lost.", excerpt: null };
    expect(await attempts()).toEqual([refused, refused]);
    expect(await deliveries()).toMatchObject([{ state: "FAILED", attempts: 2 }]);
  });

  it("does not delay the attempts beside it at a site that hangs", async () => {
    await start({ WEBHOOK_RETRY_SECONDS: "0" });
    await site.answerWith({ kind: "hang" });
    for (let n = 0; n < 6; n++) await publish();
    const batch = test.queue.sent.splice(0).map(({ body }) => body);
    await deliverMessages(test.worker, batch);
    expect((await deliveries()).map(({ state }) => state).toSorted()).toEqual([
      ...Array(5).fill("DELIVERED"),
      "FAILED",
    ]);
  });
});

describe("a site that fails in every way", () => {
  it("has each event once by its id in the end, after the ladder, a 410 and the replay of the range", async () => {
    await start({});
    await publish();
    await test.drain();
    const failures: SiteAnswer[] = [
      { kind: "answer", status: 500 },
      { kind: "answer", status: 301, headers: { location: "/moved" } },
      { kind: "hang" },
      { kind: "cut" },
      { kind: "drip", status: 503 },
      { kind: "cut-body", status: 404 },
      { kind: "answer", status: 307, headers: { location: "/moved" } },
      { kind: "answer", status: 429, headers: { "retry-after": "1" } },
      { kind: "answer", status: 400 },
      { kind: "cut" },
    ];
    const accepted = await site.requests();
    await site.answerWith(...failures, { kind: "answer", status: 410 });
    await publish();
    expect(await test.drain()).toEqual([...LADDER.slice(0, 7), 43_200, 7200, 43_200, 28_800, 43_200, 43_200]);
    await publish();
    await test.drain();
    await publish();
    await test.drain();
    expect((await deliveries()).map(({ state }) => state).toSorted()).toEqual(["DELIVERED", "FAILED", "HELD", "HELD"]);
    const failed = await site.requests();
    expect(failed.map(({ path }) => path)).toEqual(Array(failures.length + 1).fill("/hook"));
    expect(new Set(failed.map(({ id }) => id)).size).toBe(2);

    expect((await test.worker.admin("PATCH", path(), { state: "ENABLED" })).status).toBe(200);
    await site.answerWith();
    const range = { from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z" };
    expect(await jsonOf(test.worker.admin("POST", path("/replay"), range))).toEqual({ replayed: 3, nextCursor: null });
    await test.worker.settled();
    await test.drain();
    accepted.push(...(await site.requests()));
    for (const request of [...failed, ...accepted]) verify(request);
    const ids = accepted.map(({ id }) => id).toSorted();
    expect(ids).toEqual((await deliveries()).map(({ deliveryId }) => deliveryId).toSorted());
    expect(new Set(ids).size).toBe(4);
    expect((await deliveries()).map(({ state }) => state)).toEqual(Array(4).fill("DELIVERED"));
  });
});
