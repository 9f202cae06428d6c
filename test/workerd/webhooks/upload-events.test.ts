import { expect, it } from "vitest";
import { runScheduled } from "../../../edge/scheduled.ts";
import { webhookBodySchema } from "../../../edge/webhooks/event-schemas.ts";
import { UPLOAD_REMOVAL_DELAY_MS } from "../../../shared/domain/uploads/upload.ts";
import { completeUpload } from "../support/complete-upload.ts";
import { tokenClient } from "../support/token-client.ts";
import { createEndpoint, removeEndpoints, startWebhookTest, verified } from "../support/webhook-receiver.ts";

it("sends a complete upload promptly, and an expired one after the sweep, as the public library verifies", async () => {
  const test = startWebhookTest();
  const { worker, receiver } = test;
  await removeEndpoints(worker);
  const { secret } = await createEndpoint(worker, { events: ["upload.*"] });
  /** What has arrived since the last call. */
  async function arrived() {
    await worker.settled();
    await test.drain();
    return receiver.received.splice(0).map((one) => {
      expect(one.body).not.toMatch(/token=|https:/);
      const event = verified(one, secret, worker.context.now()) as { type: "upload.completed"; data: object };
      webhookBodySchema(event.type).parse(event);
      return { id: one.id, type: event.type, data: event.data };
    });
  }

  const uploadId = await completeUpload(worker);
  const own = { uploadId, size: 4, fileName: null, uploadTokenId: null };
  expect(await arrived()).toEqual([{ id: `evt_upload_${uploadId}_completed`, type: "upload.completed", data: own }]);

  const client = tokenClient(worker);
  const token = await client.createToken();
  const location = await client.create(token, 10, { "Upload-Metadata": `filename ${btoa("a.mp4")}` });
  await client.patch(location, 0, 4);
  expect(await arrived()).toEqual([]);
  const partial = (await client.read(token)).upload!.uploadId;
  test.advance(worker.context.settings.UPLOAD_LIFE_SECONDS * 1000 + UPLOAD_REMOVAL_DELAY_MS);
  await runScheduled(worker.context);
  await runScheduled(worker.context);
  const events = await arrived();
  expect(events).toHaveLength(2);
  const ofToken = { uploadId: partial, size: 10, state: "OPEN", fileName: "a.mp4", uploadTokenId: token.tokenId };
  expect(events).toContainEqual({
    id: `evt_upload_${uploadId}_expired`,
    type: "upload.expired",
    data: { ...own, state: "COMPLETE" },
  });
  expect(events).toContainEqual({ id: `evt_upload_${partial}_expired`, type: "upload.expired", data: ofToken });
});
