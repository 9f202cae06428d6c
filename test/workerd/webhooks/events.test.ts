import { beforeEach, describe, expect, it } from "vitest";
import { storeAuditEvents } from "../../../edge/audit/store-events.ts";
import { announceLimits } from "../../../edge/webhooks/announce-limit.ts";
import { webhookBodySchema } from "../../../edge/webhooks/event-schemas.ts";
import { type AuditEvent, auditEvent } from "../../../shared/domain/access/audit-event.ts";
import { MOST_BODY_BYTES, type WebhookEventType } from "../../../shared/domain/webhooks/webhook-event.ts";
import { emptyQueue } from "../support/one-job.ts";
import { call, claim, createPost, encryptPost, publishPost } from "../support/published-post.ts";
import { createEndpoint, removeEndpoints, startWebhookTest, type WebhookTest } from "../support/webhook-receiver.ts";

let test: WebhookTest;

beforeEach(async () => {
  await emptyQueue();
  test = startWebhookTest();
  await removeEndpoints(test.worker);
  await createEndpoint(test.worker);
});

type Event = { readonly type: WebhookEventType; readonly data: Record<string, unknown> };

/** What has arrived since the last call, each of which is as the API documents it. */
async function arrived(): Promise<Event[]> {
  for (let round = 0; round < 3; round++) await test.worker.settled();
  // The ids of jobs are in the order of their milliseconds.
  test.advance(1);
  await test.drain();
  return test.receiver.received.splice(0).map(({ body }) => {
    expect(body.length).toBeLessThan(MOST_BODY_BYTES);
    expect(body).not.toMatch(/origin\.example|wrapped|whsec_|"token"/);
    const event = JSON.parse(body) as Event;
    webhookBodySchema(event.type).parse(event);
    return event;
  });
}

const typesOf = (events: readonly Event[]) => events.map(({ type }) => type).toSorted();

describe("a post", () => {
  const metadata = { order: "1017" };
  const passthrough = "basket-7";

  it("announces its life with what the site attached to it", async () => {
    const { videoPostId } = await publishPost(test.worker, { metadata, passthrough });
    const events = await arrived();
    expect(typesOf(events)).toEqual(["part.ready", "post.created", "post.published"]);
    for (const { data } of events) expect(data).toMatchObject({ videoPostId, metadata, passthrough });
    const versions = new Map(events.map(({ type, data }) => [type, data.version as number]));
    expect(versions.get("post.created")).toBe(1);
    expect(versions.get("part.ready")).toBe(versions.get("post.published"));

    const path = `/api/v2/video-posts/${videoPostId}`;
    await test.worker.admin("POST", `${path}/audit`, { result: "REJECTED", reason: "too dark" });
    expect(await arrived()).toMatchObject([
      { type: "post.rejected", data: { reason: "too dark" } },
      { type: "post.unpublished" },
    ]);
    await test.worker.admin("POST", `${path}/audit`, { result: "PASSED" });
    expect(typesOf(await arrived())).toEqual(["post.published"]);
    await test.worker.admin("DELETE", path);
    expect(await arrived()).toMatchObject([{ type: "post.deleted", data: { status: "DELETED", metadata } }]);
  });

  it("announces its keys, policies and chapters", async () => {
    const { videoPostId, fileIndex } = await publishPost(test.worker);
    await arrived();
    const policies = [{ quality: "480p", policy: "DENIED", entitlement: null }];
    const part = { videoPostId, fileIndex };
    await test.worker.admin("PUT", "/admin/video/enc/quality-auth", { ...part, policies });
    await test.worker.admin("PUT", "/admin/video/enc/quality-auth", { ...part, policies });
    expect(await arrived()).toMatchObject([{ type: "policy.changed", data: { fileIndex: 0, policies } }]);
    const chapters = { chapters: [{ startSeconds: 0, title: "Start" }] };
    await test.worker.admin("PUT", `/api/v2/video-posts/${videoPostId}/parts/0/chapters`, chapters);
    await test.worker.admin("PUT", `/api/v2/video-posts/${videoPostId}/parts/0/chapters`, chapters);
    expect(await arrived()).toMatchObject([{ type: "caption.changed", data: { fileIndex: 0 } }]);
    expect((await test.worker.admin("POST", "/admin/video/enc/rotate", part)).status).toBe(202);
    await encryptPost(test.worker, videoPostId);
    expect(await arrived()).toMatchObject([{ type: "key.rotated", data: { fileIndex: 0, keyVersion: 2 } }]);
    expect((await test.worker.admin("POST", "/admin/video/enc/rotate", part)).status).toBe(202);
    await failJob(videoPostId);
    const events = await arrived();
    expect(typesOf(events)).toEqual(["job.failed", "key.rotation_failed"]);
    for (const { data } of events) expect(data).toMatchObject({ fileIndex: 0, reason: "no picture" });
  });

  it("announces a part that cannot be made, once for the job and once for the part", async () => {
    const videoPostId = await createPost(test.worker);
    await arrived();
    const { jobId } = await failJob(videoPostId);
    const events = await arrived();
    expect(typesOf(events)).toEqual(["job.failed", "part.failed"]);
    for (const { data } of events) expect(data).toMatchObject({ videoPostId, jobId, reason: "no picture" });
  });

  async function failJob(videoPostId: string) {
    const order = await claim(test.worker, videoPostId);
    const response = await call(test.worker, order, "fail", { reason: "no picture", permanent: true });
    expect(response.status).toBeLessThan(300);
    return order;
  }
});

describe("a limit of sessions", () => {
  const refusal = (actor: string, reason: string, at: number, tokenId = "t1"): AuditEvent =>
    auditEvent(
      {
        ...{ actor, action: "gate.refuse", videoPostId: "p1", fileIndex: 0, status: 403, reason },
        ...{ clientAddress: null, country: null, details: { tokenId } },
      },
      3,
      at,
      30,
    );
  const store = (...events: AuditEvent[]) =>
    storeAuditEvents(
      events.map((event) => ({
        message: { ack() {}, retry: () => expect.unreachable(), attempts: 1 },
        body: { kind: "audit-event", ...event },
      })),
      {
        auditLog: test.worker.context.auditLog,
        follow: (stored) => announceLimits(stored, test.worker.context),
      },
    );

  it("is announced once a minute for a viewer, whichever isolates refuse and however often the queue delivers", async () => {
    const minute = Math.floor(test.worker.context.now() / 60_000) * 60_000;
    const limit = (actor: string, at: number) => refusal(actor, "session-limit", at);
    const first = limit("viewer:v1", minute);
    await store(first, limit("viewer:v1", minute + 59_999), refusal("viewer:v3", "token-expired", minute));
    await store(first);
    await store(limit("viewer:v2", minute + 5), limit("viewer:v1", minute + 60_000), limit("anonymous", minute));
    const events = await arrived();
    expect(events.map(({ data }) => [data.viewerId, data.tokenId]).toSorted()).toEqual([
      [null, "t1"],
      ["v1", "t1"],
      ["v1", "t1"],
      ["v2", "t1"],
    ]);
    expect(events[0]).toMatchObject({ type: "session.limit_reached", data: { videoPostId: "p1", fileIndex: 0 } });
  });
});
