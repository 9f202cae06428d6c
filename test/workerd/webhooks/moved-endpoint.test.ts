import { expect, it } from "vitest";
import { queueDueDeliveries } from "../../../edge/webhooks/queue-deliveries.ts";
import { emptyQueue } from "../support/one-job.ts";
import { publishPost } from "../support/published-post.ts";
import { answering, createEndpoint, jsonOf, removeEndpoints, startWebhookTest } from "../support/webhook-receiver.ts";

const MOVED = "https://moved.example/hook";

it("sends an event to the new URL of an endpoint whose earlier URL answers 410 after the change", async () => {
  await emptyQueue();
  const test = startWebhookTest({}, 0);
  await removeEndpoints(test.worker);
  const { webhookId } = await createEndpoint(test.worker, { events: ["post.published"] });
  const path = `/api/v2/webhooks/${webhookId}`;
  const deliveries = async () =>
    (await jsonOf<{ items: object[] }>(test.worker.admin("GET", `${path}/deliveries`))).items;
  test.receiver.answers = [
    async () => {
      expect((await test.worker.admin("PATCH", path, { url: MOVED })).status).toBe(200);
      return answering(410)();
    },
  ];
  await publishPost(test.worker);
  await test.worker.settled();
  await test.drain();
  expect(await jsonOf(test.worker.admin("GET", path))).toMatchObject({ state: "ENABLED", url: MOVED });
  expect(await deliveries()).toMatchObject([{ state: "PENDING", attempts: 1 }]);
  test.worker.advance(60_000);
  await queueDueDeliveries(test.worker.context);
  await test.drain();
  expect(await deliveries()).toMatchObject([{ state: "DELIVERED", attempts: 2 }]);
});
