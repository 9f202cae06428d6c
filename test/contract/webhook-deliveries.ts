import { beforeEach, describe, expect, it } from "vitest";
import type { DeliveryPage } from "../../shared/application/ports/webhook-deliveries.ts";
import type { AfterAttempt } from "../../shared/domain/webhooks/webhook-delivery.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { NOW } from "./steps.ts";
import { sampleEndpoint, sampleEvent, sampleSecret } from "./webhook-samples.ts";

const AT = { now: NOW, firstAttemptAt: NOW };
const DELIVERED: AfterAttempt = { state: "DELIVERED", nextAttemptAt: null, isGone: false };
const FAILED: AfterAttempt = { state: "FAILED", nextAttemptAt: null, isGone: false };
const again = (nextAttemptAt: number): AfterAttempt => ({ state: "PENDING", nextAttemptAt, isGone: false });

export function describeWebhookDeliveries(name: string, open: OpenPersistence): void {
  describe(`${name}: deliveries of webhooks`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
      await addEndpoint("a");
    });

    const addEndpoint = (id: string, more: Parameters<typeof sampleEndpoint>[1] = {}) =>
      persistence.webhookEndpoints.create(sampleEndpoint(id, more), sampleSecret(`s-${id}`), 10);
    const store = (...args: Parameters<typeof sampleEvent>) =>
      persistence.webhookDeliveries.create(sampleEvent(...args), AT);
    const ref = (attempt = 1, eventId = "e1") => ({ endpointId: "a", eventId, attempt, nextAttemptAt: NOW });
    const begin = (attempt = 1, now = NOW) => persistence.webhookDeliveries.begin(ref(attempt), now, now + 60_000);
    const finish = (attempt: number, after: AfterAttempt, url = "https://a.example/hooks") =>
      persistence.webhookDeliveries.finish({
        ...{ endpointId: "a", eventId: "e1", after, url },
        attempt: {
          ...{ attempt, startedAt: NOW, durationMs: 5, status: 500, error: null, excerpt: "no" },
          nextAttemptAt: after.nextAttemptAt,
        },
        wakeAt: after.nextAttemptAt === null ? null : after.nextAttemptAt + 1000,
      });
    const find = (eventId = "e1") => persistence.webhookDeliveries.find({ endpointId: "a", eventId });
    const page = (more: Partial<DeliveryPage> = {}) =>
      persistence.webhookDeliveries.list({
        ...{ endpointId: "a", state: null, from: null, to: null, after: null, limit: 10 },
        ...more,
      });

    it("are one for each endpoint that receives the type, however often the event comes", async () => {
      await addEndpoint("b", { events: ["post.deleted"] });
      await addEndpoint("c", { events: ["post.*"] });
      await addEndpoint("d", { state: "DISABLED", disabledReason: "REQUESTED", disabledAt: NOW });
      await Promise.all([store("e1"), store("e1"), store("e1")]);
      const rows = await persistence.rows("webhook_delivery");
      expect(rows.map(({ endpoint_id, state, wake_at }) => [endpoint_id, state, wake_at])).toEqual([
        ["a", "PENDING", NOW],
        ["c", "PENDING", NOW],
        ["d", "HELD", null],
      ]);
      expect(await find()).toStrictEqual({
        ...{ endpointId: "a", eventId: "e1", type: "post.published", eventAt: NOW, state: "PENDING" },
        ...{ attempts: 0, step: 0, nextAttemptAt: NOW, createdAt: NOW, deliveredAt: null },
        body: sampleEvent("e1").body,
      });
    });

    it("are wanted if an endpoint receives the type", async () => {
      const { webhookDeliveries, webhookEndpoints } = persistence;
      expect(await webhookDeliveries.isWanted("post.deleted")).toBe(true);
      await webhookEndpoints.update("a", { events: ["post.published"] }, NOW);
      expect(await webhookDeliveries.isWanted("post.deleted")).toBe(false);
      await webhookEndpoints.update("a", { events: ["post.*"], enabled: false }, NOW);
      expect(await webhookDeliveries.isWanted("post.deleted")).toBe(true);
    });

    it("are due once, and again only when their message counts as lost", async () => {
      await store("e1");
      await store("e2");
      const { webhookDeliveries } = persistence;
      expect(await webhookDeliveries.takeDue(NOW - 1, 1000, 10)).toEqual([]);
      const taken = await Promise.all([1, 2, 3].map(() => webhookDeliveries.takeDue(NOW, 1000, 1)));
      expect(
        taken
          .flat()
          .map(({ eventId }) => eventId)
          .toSorted(),
      ).toEqual(["e1", "e2"]);
      expect(await webhookDeliveries.takeDue(NOW + 999, 1000, 10)).toEqual([]);
      expect(await webhookDeliveries.takeDue(NOW + 1000, 1000, 10)).toHaveLength(2);
    });

    it("are taken once each by many calls at once, and none is left behind", async () => {
      for (let n = 0; n < 20; n++) await store(`e${n}`);
      const { webhookDeliveries } = persistence;
      const taken = await Promise.all(Array.from({ length: 20 }, () => webhookDeliveries.takeDue(NOW, 1000, 1)));
      expect(new Set(taken.flat().map(({ eventId }) => eventId)).size).toBe(20);
      expect(taken.flat()).toHaveLength(20);
    });

    it("are never due to an endpoint that is deleted at the moment of the event", async () => {
      const ids = Array.from({ length: 9 }, (_, n) => `x${n}`);
      for (const id of ids) await addEndpoint(id);
      const events = Array.from({ length: 20 }, (_, n) => store(`e${n}`));
      await Promise.all([...events, ...ids.map((id) => persistence.webhookEndpoints.delete(id))]);
      const due = await persistence.webhookDeliveries.takeDue(NOW, 1000, 1000);
      expect(new Set(due.map(({ endpointId }) => endpointId))).toEqual(new Set(["a"]));
    });

    it("have each attempt started once, at its time", async () => {
      await store("e1");
      expect(await begin(1, NOW - 1)).toEqual({ kind: "early", nextAttemptAt: NOW });
      const started = await Promise.all(Array.from({ length: 5 }, () => begin()));
      expect(started.map(({ kind }) => kind).toSorted()).toEqual([...Array(4).fill("nothing"), "started"]);
      expect(started.find(({ kind }) => kind === "started")).toMatchObject({
        delivery: { attempts: 1, step: 1 },
        url: "https://a.example/hooks",
        secrets: [sampleSecret("s-a")],
      });
      await finish(1, again(NOW + 5000));
      expect(await find()).toMatchObject({ state: "PENDING", attempts: 1, nextAttemptAt: NOW + 5000 });
      expect(await begin(2)).toEqual({ kind: "early", nextAttemptAt: NOW + 5000 });
      expect(await begin(1, NOW + 5000)).toEqual({ kind: "nothing" });
      expect(await begin(2, NOW + 5000)).toMatchObject({ kind: "started", delivery: { attempts: 2, step: 2 } });
    });

    it("bring the secrets that sign, the current one first", async () => {
      await store("e1");
      await persistence.webhookEndpoints.rotateSecret("a", sampleSecret("new", { createdAt: NOW }), NOW + 1);
      const started = await begin();
      expect(started.kind === "started" && started.secrets.map(({ id }) => id)).toEqual(["new", "s-a"]);
      await store("e2");
      const later = await persistence.webhookDeliveries.begin(ref(1, "e2"), NOW + 1, NOW + 2);
      expect(later.kind === "started" && later.secrets.map(({ id }) => id)).toEqual(["new"]);
    });

    it("are due again when an attempt does not end", async () => {
      await store("e1");
      await begin();
      const { webhookDeliveries } = persistence;
      expect(await webhookDeliveries.takeDue(NOW + 59_999, 1000, 10)).toEqual([]);
      expect(await webhookDeliveries.takeDue(NOW + 60_000, 1000, 10)).toMatchObject([{ eventId: "e1", attempt: 2 }]);
    });

    it("end with their attempts recorded, and an attempt that ends late changes nothing but to a success", async () => {
      await store("e1");
      await begin();
      await begin(2, NOW + 60_000);
      await finish(1, FAILED);
      expect(await find()).toMatchObject({ state: "PENDING", attempts: 2 });
      await finish(1, FAILED);
      await finish(2, FAILED);
      expect(await find()).toMatchObject({ state: "FAILED", nextAttemptAt: null, deliveredAt: null });
      await finish(3, DELIVERED);
      expect(await find()).toMatchObject({ state: "DELIVERED", deliveredAt: NOW + 5 });
      await finish(4, again(NOW));
      expect(await find()).toMatchObject({ state: "DELIVERED" });
      const attempts = await persistence.webhookDeliveries.attempts(ref(), 3);
      expect(attempts.map(({ attempt }) => attempt)).toEqual([4, 3, 2]);
      expect(attempts[1]).toStrictEqual({
        ...{ attempt: 3, startedAt: NOW, durationMs: 5, status: 500, error: null, excerpt: "no", nextAttemptAt: null },
      });
    });

    it("disable an endpoint that is gone, and start again where it has another URL by now", async () => {
      await store("e1");
      await begin();
      const gone: AfterAttempt = { state: "HELD", nextAttemptAt: null, isGone: true };
      await finish(1, gone, "https://elsewhere.example/");
      expect(await persistence.webhookEndpoints.find("a")).toMatchObject({ state: "ENABLED" });
      expect(await find()).toMatchObject({ state: "PENDING", attempts: 1, step: 0, nextAttemptAt: NOW + 5 });
      await begin(2, NOW + 5);
      await finish(2, gone);
      expect(await persistence.webhookEndpoints.find("a")).toMatchObject({
        ...{ state: "DISABLED", disabledReason: "GONE", disabledAt: NOW },
      });
      expect(await find()).toMatchObject({ state: "HELD" });
    });

    it("are held where the endpoint is disabled, and end where it is not there", async () => {
      await store("e1");
      await persistence.webhookEndpoints.update("a", { enabled: false }, NOW);
      expect(await begin()).toEqual({ kind: "nothing" });
      expect(await find()).toMatchObject({ state: "HELD", attempts: 0 });
      await persistence.webhookEndpoints.delete("a");
      expect(await begin()).toEqual({ kind: "nothing" });
    });

    it("are listed by pages, the newest first, by state and time", async () => {
      for (const [n, id] of ["e1", "e2", "e3", "e4"].entries()) await store(id, "post.published", NOW + (n >> 1));
      await begin();
      await finish(1, DELIVERED);
      const ids = async (more: Partial<DeliveryPage> = {}) => (await page(more)).map(({ eventId }) => eventId);
      expect(await ids()).toEqual(["e4", "e3", "e2", "e1"]);
      expect(await ids({ limit: 2 })).toEqual(["e4", "e3"]);
      expect(await ids({ after: { eventAt: NOW + 1, eventId: "e3" } })).toEqual(["e2", "e1"]);
      expect(await ids({ after: { eventAt: NOW, eventId: "e2" } })).toEqual(["e1"]);
      expect(await ids({ state: "DELIVERED" })).toEqual(["e1"]);
      expect(await ids({ from: NOW + 1 })).toEqual(["e4", "e3"]);
      expect(await ids({ to: NOW + 1, state: "PENDING" })).toEqual(["e2"]);
      expect(await ids({ endpointId: "b" })).toEqual([]);
    });

    it("are replayed from the start of the ladder, and an old message starts nothing", async () => {
      await store("e1");
      await begin();
      await finish(1, FAILED);
      const { webhookDeliveries } = persistence;
      expect(await webhookDeliveries.replay(ref(), NOW + 9)).toBe(true);
      expect(await webhookDeliveries.replay({ endpointId: "a", eventId: "e9" }, NOW)).toBe(false);
      expect(await find()).toMatchObject({ state: "PENDING", attempts: 1, step: 0, nextAttemptAt: NOW + 9 });
      expect(await begin(1, NOW + 9)).toEqual({ kind: "nothing" });
      expect(await webhookDeliveries.takeDue(NOW + 9, 1000, 10)).toMatchObject([{ attempt: 2 }]);
      expect(await begin(2, NOW + 9)).toMatchObject({ kind: "started", delivery: { attempts: 2, step: 1 } });
    });

    it("are replayed also while an attempt runs, whose failure ends nothing", async () => {
      await store("e1");
      await begin();
      expect(await persistence.webhookDeliveries.replay(ref(), NOW + 9)).toBe(true);
      await finish(1, FAILED);
      expect(await find()).toMatchObject({ state: "PENDING", attempts: 1, step: 0, nextAttemptAt: NOW + 9 });
      await finish(1, DELIVERED);
      expect(await find()).toMatchObject({ state: "DELIVERED" });
    });

    it("are replayed by a range, the oldest first, as far as the limit", async () => {
      await persistence.webhookEndpoints.update("a", { enabled: false }, NOW);
      for (const [n, id] of ["e1", "e2", "e3", "e4"].entries()) await store(id, "post.published", NOW + n);
      const range = { endpointId: "a", states: ["HELD", "FAILED"], from: NOW, to: NOW + 3, after: null } as const;
      const { webhookDeliveries } = persistence;
      const first = await webhookDeliveries.replayRange({ ...range, limit: 2 }, NOW);
      expect(first.map(({ eventId }) => eventId)).toEqual(["e1", "e2"]);
      const rest = await webhookDeliveries.replayRange({ ...range, after: first[1]!, limit: 2 }, NOW);
      expect(rest).toEqual([{ eventAt: NOW + 2, eventId: "e3" }]);
      expect((await page()).map(({ state }) => state)).toEqual(["HELD", "PENDING", "PENDING", "PENDING"]);
      expect(await webhookDeliveries.replayRange({ ...range, limit: 2 }, NOW)).toEqual([]);
    });

    it("are deleted by their age with their attempts, the oldest first", async () => {
      for (const [n, id] of ["e1", "e2", "e3"].entries()) await store(id, "post.published", NOW + n);
      await begin();
      await finish(1, DELIVERED);
      const { webhookDeliveries } = persistence;
      expect(await webhookDeliveries.deleteBefore(NOW + 2, 1)).toBe(1);
      expect((await page()).map(({ eventId }) => eventId)).toEqual(["e3", "e2"]);
      expect(await persistence.rows("webhook_attempt")).toEqual([]);
      expect(await webhookDeliveries.deleteBefore(NOW + 2, 10)).toBe(1);
      expect(await webhookDeliveries.deleteBefore(NOW + 2, 10)).toBe(0);
    });
  });
}
