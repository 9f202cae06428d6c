import { beforeEach, describe, expect, it, vi } from "vitest";
import { dispatchEvents } from "../../../edge/events/outbox.ts";
import { queueDueDeliveries } from "../../../edge/webhooks/queue-deliveries.ts";
import { secretId } from "../../../shared/lib/random-id.ts";
import { database } from "../support/inspection.ts";
import { emptyQueue } from "../support/one-job.ts";
import { publishPost } from "../support/published-post.ts";
import {
  answering,
  createEndpoint,
  deliverMessages,
  type Endpoint,
  jsonOf,
  removeEndpoints,
  startWebhookTest,
  verified,
  type WebhookTest,
} from "../support/webhook-receiver.ts";

const LADDER = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

let test: WebhookTest;
let endpoint: Endpoint;

async function start(settings: Record<string, unknown> = {}, random = 0, events = ["post.published", "post.deleted"]) {
  test = startWebhookTest(settings, random);
  await removeEndpoints(test.worker);
  endpoint = await createEndpoint(test.worker, { events });
}

beforeEach(async () => {
  await emptyQueue();
  await database.change("video_post_revision", { dispatched_at: 1 }, { dispatched_at: null });
  await start();
});

type Delivery = { deliveryId: string; state: string; attempts: number; attemptList: Record<string, unknown>[] };
const deliveries = async () =>
  (await jsonOf<{ items: Delivery[] }>(test.worker.admin("GET", `/api/v2/webhooks/${endpoint.webhookId}/deliveries`)))
    .items;
const detail = (deliveryId: string) =>
  jsonOf<Delivery>(test.worker.admin("GET", `/api/v2/webhooks/${endpoint.webhookId}/deliveries/${deliveryId}`));
const change = (body: object) => test.worker.admin("PATCH", `/api/v2/webhooks/${endpoint.webhookId}`, body);

/** A save of a post, without the post. */
async function save(...events: readonly object[]): Promise<string> {
  const videoPostId = secretId();
  const row = { video_post_id: videoPostId, version: 3, save_id: videoPostId, lease_guard: 1 };
  await database.insert("video_post_revision", { ...row, events: JSON.stringify(events), created_at: Date.now() });
  await dispatchEvents(test.worker.context);
  return videoPostId;
}

const PUBLISHED = { type: "VideoPostPublished", publishedAt: 0 };
const DELETED = { type: "VideoPostDeleted", prefixes: [], uploadIds: [] };
const publish = () => save(PUBLISHED);

describe("a webhook", () => {
  it("is sent when a post is published and deleted, and the public library verifies it", async () => {
    const { videoPostId } = await publishPost(test.worker);
    expect((await test.worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`)).status).toBe(200);
    await test.worker.settled();
    expect(await test.drain()).toEqual([0, 0]);
    const events = test.receiver.received.map((one) => verified(one, endpoint.secret));
    expect(events).toMatchObject([
      { type: "post.published", data: { videoPostId, status: "PUBLISHED" } },
      { type: "post.deleted", data: { videoPostId, status: "DELETED" } },
    ]);
    for (const { timestamp } of events) expect(Date.parse(timestamp as string)).toBeGreaterThan(0);
    const [published] = test.receiver.received;
    expect(published!.headers["content-type"]).toBe("application/json");
    expect(() => verified({ ...published!, body: `${published!.body} ` }, endpoint.secret)).toThrow();
    expect(await deliveries()).toMatchObject([{ state: "DELIVERED" }, { state: "DELIVERED" }]);
  });

  it("fails through the whole ladder, with one id and a verifiable signature each time, and waits for a replay", async () => {
    await publish();
    test.receiver.answers = LADDER.map((_, n) =>
      answering(n % 2 === 0 ? 500 : 302, { location: "https://a.example/" }),
    );
    expect(await test.drain()).toEqual([...LADDER.slice(0, 7), 43_200, 7200, 43_200, 28_800, 43_200, 43_200]);
    expect(test.receiver.received).toHaveLength(LADDER.length);
    expect(new Set(test.receiver.received.map(({ id }) => id)).size).toBe(1);
    expect(new Set(test.receiver.received.map(({ body }) => body)).size).toBe(1);
    for (const one of test.receiver.received) {
      verified(one, endpoint.secret, Number(one.headers["webhook-timestamp"]) * 1000);
    }
    const [failed] = await deliveries();
    expect(failed).toMatchObject({ state: "FAILED", attempts: 10, nextAttemptAt: null });
    const { attemptList } = await detail(failed!.deliveryId);
    expect(attemptList.map(({ attempt, status }) => [attempt, status])).toEqual(
      LADDER.map((_, n) => [10 - n, n % 2 === 0 ? 302 : 500]),
    );
    const replay = `/api/v2/webhooks/${endpoint.webhookId}/deliveries/${failed!.deliveryId}/replay`;
    expect(await jsonOf(test.worker.admin("POST", replay))).toMatchObject({ state: "PENDING" });
    await test.worker.settled();
    expect(await test.drain()).toEqual([0]);
    expect(test.receiver.received.at(-1)!.id).toBe(failed!.deliveryId);
    expect(await deliveries()).toMatchObject([{ state: "DELIVERED", attempts: 11 }]);
  });

  it("is delivered once by the shortened ladder of a setting", async () => {
    await start({ WEBHOOK_RETRY_SECONDS: LADDER.map((seconds) => seconds / 1000).join(",") });
    await publish();
    test.receiver.answers = LADDER.slice(1).map(() => answering(503, {}, null));
    const delays = await test.drain();
    expect(delays).toEqual([0, 1, 1, 2, 8, 18, 36, 51, 72, 87]);
    expect(await deliveries()).toMatchObject([{ state: "DELIVERED", attempts: 10 }]);
  });

  it("has delays that are up to a tenth longer", async () => {
    await start({ WEBHOOK_RETRY_SECONDS: "0,100,1000" }, 0.5);
    await publish();
    test.receiver.answers = [answering(500), answering(500)];
    expect(await test.drain()).toEqual([0, 105, 1050]);
  });

  it("waits as long as Retry-After says after 429 and 503, and at most a day", async () => {
    await start({ WEBHOOK_RETRY_SECONDS: "0,1,1,1,1,1" });
    await publish();
    const later = () => new Date(test.worker.context.now() + 90_500).toUTCString();
    test.receiver.answers = [
      answering(429, { "retry-after": "120" }),
      () => answering(503, { "retry-after": later() })(),
      answering(500, { "retry-after": "120" }),
      answering(429, { "retry-after": "soon" }),
      answering(429, { "retry-after": "999999" }),
    ];
    const [first, second, third, ...rest] = await test.drain();
    expect([first, second]).toEqual([0, 120]);
    expect(third).toBe(90);
    expect(rest).toEqual([1, 1, 43_200, 43_200]);
  });

  it("has one id and no loss where events are delivered twice, out of order and to a queue that was away", async () => {
    test.queue.failing = true;
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const videoPostId = await save(PUBLISHED, DELETED);
    log.mockRestore();
    expect(test.queue.sent).toEqual([]);
    test.queue.failing = false;
    for (let again = 0; again < 2; again++) {
      const undispatched = { dispatched_at: null, dispatch_retry_at: null };
      await database.change("video_post_revision", undispatched, { video_post_id: videoPostId });
      await dispatchEvents(test.worker.context);
    }
    test.advance(10 * 60_000);
    await queueDueDeliveries(test.worker.context);
    const messages = test.queue.sent.splice(0).map(({ body }) => body);
    expect(messages).toHaveLength(2);
    await deliverMessages(test.worker, [...messages.toReversed(), ...messages, ...messages]);
    expect(test.queue.sent).toEqual([]);
    expect(test.receiver.received.map(({ body }) => JSON.parse(body).type).toSorted()).toEqual([
      "post.deleted",
      "post.published",
    ]);
  });

  it("whose attempt died with its Worker is tried again", async () => {
    await publish();
    const [message] = test.queue.sent.splice(0);
    const { context } = test.worker;
    const started = await context.webhookDeliveries.begin(
      { ...message!.body, nextAttemptAt: 0 },
      context.now(),
      context.now() + 75_000,
    );
    expect(started.kind).toBe("started");
    await deliverMessages(test.worker, [message!.body]);
    expect(test.receiver.received).toEqual([]);
    expect(await queueDueDeliveries(context)).toBe(0);
    test.advance(76_000);
    expect(await queueDueDeliveries(context)).toBe(1);
    await test.drain();
    expect(await deliveries()).toMatchObject([{ state: "DELIVERED", attempts: 2 }]);
  });

  it("whose signing secret cannot be decrypted fails through the ladder, and says so", async () => {
    await start({ WEBHOOK_RETRY_SECONDS: "0,1" });
    await database.change("webhook_secret", { wrapped_secret: "x" }, { endpoint_id: endpoint.webhookId });
    await publish();
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    expect(await test.drain()).toEqual([0, 1]);
    expect(log).toHaveBeenCalledTimes(2);
    log.mockRestore();
    expect(test.receiver.received).toEqual([]);
    const [failed] = await deliveries();
    expect(failed).toMatchObject({ state: "FAILED", attempts: 2 });
    const { attemptList } = await detail(failed!.deliveryId);
    const error = "the signing secret cannot be decrypted; rotate it";
    expect(attemptList).toMatchObject([
      { status: null, error },
      { status: null, error },
    ]);
  });

  it("records why there was no response, and the start of one without control characters", async () => {
    await start({ WEBHOOK_RETRY_SECONDS: "0,1,1" });
    await publish();
    const endless = () =>
      new Response(
        new ReadableStream({ pull: (stream) => stream.enqueue(new TextEncoder().encode("x".repeat(1000))) }),
        { status: 500 },
      );
    test.receiver.answers = [
      () => Promise.reject(new TypeError("connection\u001b[2J refused")),
      answering(500, {}, `a\u001b[31m\u202eb\n${"c".repeat(9000)}`),
      endless,
    ];
    await test.drain();
    const [{ deliveryId }] = (await deliveries()) as [Delivery];
    const [third, second, first] = (await detail(deliveryId)).attemptList;
    expect(first).toMatchObject({ status: null, error: "connection [2J refused", excerpt: null });
    expect(second).toMatchObject({ status: 500, error: null });
    expect(second!.excerpt).toMatch(/^a \[31m b c{491}$/);
    expect(third!.excerpt).toBe("x".repeat(500));
  });
});

describe("an endpoint", () => {
  it("that answers 410 is disabled, keeps its events, and gets them all by a range after it is enabled", async () => {
    test.receiver.answers = [answering(410)];
    await publish();
    expect(await test.drain()).toEqual([0]);
    const shown = await jsonOf(test.worker.admin("GET", `/api/v2/webhooks/${endpoint.webhookId}`));
    expect(shown).toMatchObject({ state: "DISABLED", disabledReason: "GONE", disabledAt: expect.any(String) });
    await publish();
    await publish();
    expect(test.queue.sent).toEqual([]);
    expect((await deliveries()).map(({ state }) => state)).toEqual(["HELD", "HELD", "HELD"]);

    const range = { from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z" };
    const replay = () => test.worker.admin("POST", `/api/v2/webhooks/${endpoint.webhookId}/replay`, range);
    expect((await replay()).status).toBe(409);
    expect(await jsonOf(change({ state: "ENABLED" }))).toMatchObject({ state: "ENABLED", disabledReason: null });
    expect(await jsonOf(replay())).toEqual({ replayed: 3, nextCursor: null });
    await test.worker.settled();
    await test.drain();
    expect(await jsonOf(replay())).toEqual({ replayed: 0, nextCursor: null });
    const ids = test.receiver.received.slice(1).map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(ids).toContain(test.receiver.received[0]!.id);
    expect((await deliveries()).map(({ state }) => state)).toEqual(["DELIVERED", "DELIVERED", "DELIVERED"]);
  });

  it("that is disabled while an attempt waits is not sent to", async () => {
    await publish();
    await change({ state: "DISABLED" });
    await test.drain();
    expect(test.receiver.received).toEqual([]);
    expect(await deliveries()).toMatchObject([{ state: "HELD" }]);
  });

  it("that is deleted is not sent to, also by a message that waits", async () => {
    await publish();
    expect((await test.worker.admin("DELETE", `/api/v2/webhooks/${endpoint.webhookId}`)).status).toBe(204);
    await test.drain();
    await publish();
    expect(test.queue.sent).toEqual([]);
    expect(test.receiver.received).toEqual([]);
  });

  it("verifies with either secret while they overlap, and with the new one alone after it", async () => {
    const rotate = `/api/v2/webhooks/${endpoint.webhookId}/secret/rotate`;
    const rotated = await jsonOf<{ secret: string }>(test.worker.admin("POST", rotate, { overlapSeconds: 3600 }));
    await publish();
    await test.drain();
    const both = test.receiver.received.at(-1)!;
    expect(both.headers["webhook-signature"]!.split(" ")).toHaveLength(2);
    verified(both, endpoint.secret);
    verified(both, rotated.secret);
    test.advance(3_600_000);
    await publish();
    await test.drain();
    const alone = test.receiver.received.at(-1)!;
    const at = test.worker.context.now();
    verified(alone, rotated.secret, at);
    expect(() => verified(alone, endpoint.secret, at)).toThrow("No matching signature");
  });

  it("receives the events that it asks for and no others", async () => {
    const all = await createEndpoint(test.worker, { url: "https://all.example/" });
    const rejected = await createEndpoint(test.worker, { url: "https://r.example/", events: ["post.rejected"] });
    const group = await createEndpoint(test.worker, { url: "https://g.example/", events: ["post.*"] });
    await publish();
    const wanted = test.queue.sent.map(({ body }) => body.endpointId).toSorted();
    expect(wanted).toEqual([endpoint.webhookId, all.webhookId, group.webhookId].toSorted());
    expect(wanted).not.toContain(rejected.webhookId);
  });
});
