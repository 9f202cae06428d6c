import { beforeEach, describe, expect, it } from "vitest";
import { encoderJobName } from "../../shared/domain/encoder/encoder-job.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { NOW } from "./steps.ts";
import { sampleEndpoint, sampleEvent, sampleSecret } from "./webhook-samples.ts";

export function describeWebhookEndpoints(name: string, open: OpenPersistence): void {
  describe(`${name}: a webhook endpoint`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const create = (id: string, more: Parameters<typeof sampleEndpoint>[1] = {}, most = 10) =>
      persistence.webhookEndpoints.create(sampleEndpoint(id, more), sampleSecret(`first-of-${id}`), most);
    const secrets = async () => {
      const rows = await persistence.rows("webhook_secret");
      return rows.map(({ id, expires_at }) => [id, expires_at]);
    };

    it("is found and listed as it was stored, the oldest first", async () => {
      const events = ["post.published", "post.*"];
      await create("b", { createdAt: NOW + 1, description: "two\nlines", events });
      await create("a");
      const { webhookEndpoints } = persistence;
      expect(await webhookEndpoints.find("b")).toStrictEqual(
        sampleEndpoint("b", { createdAt: NOW + 1, description: "two\nlines", events }),
      );
      expect(await webhookEndpoints.find("c")).toBeNull();
      expect((await webhookEndpoints.list()).map(({ id }) => id)).toEqual(["a", "b"]);
    });

    it("is one of at most so many, however many are created at once, and has a secret only where it is stored", async () => {
      const created = await Promise.all(Array.from({ length: 20 }, (_, n) => create(`e${n}`, {}, 3)));
      expect(created.filter(Boolean)).toHaveLength(3);
      expect(await persistence.webhookEndpoints.list()).toHaveLength(3);
      expect(await secrets()).toHaveLength(3);
    });

    it("changes only in what a change names, and keeps why and when it was disabled first", async () => {
      await create("a");
      const { webhookEndpoints } = persistence;
      const url = "https://new.example/";
      expect(await webhookEndpoints.update("a", { url }, NOW + 1)).toStrictEqual(
        sampleEndpoint("a", { url, updatedAt: NOW + 1 }),
      );
      const disabled = { state: "DISABLED", disabledReason: "GONE", disabledAt: NOW + 2 };
      expect(await webhookEndpoints.update("a", { enabled: false, reason: "GONE" }, NOW + 2)).toMatchObject(disabled);
      expect(await webhookEndpoints.update("a", { enabled: false }, NOW + 3)).toMatchObject(disabled);
      expect(await webhookEndpoints.update("a", { enabled: true, events: ["*"] }, NOW + 4)).toMatchObject({
        ...{ state: "ENABLED", disabledReason: null, disabledAt: null, events: ["*"] },
      });
      expect(await webhookEndpoints.update("b", { enabled: true }, NOW)).toBeNull();
    });

    it("keeps every secret before the new one for its overlap, also where a rotation is repeated", async () => {
      await create("a");
      await create("b");
      const { webhookEndpoints } = persistence;
      expect(await webhookEndpoints.rotateSecret("a", sampleSecret("second"), NOW + 10)).toBe(true);
      expect(await secrets()).toEqual([
        ["first-of-a", NOW + 10],
        ["first-of-b", null],
        ["second", null],
      ]);
      expect(await webhookEndpoints.rotateSecret("a", sampleSecret("third"), NOW + 20)).toBe(true);
      expect(await secrets()).toEqual([
        ["first-of-a", NOW + 10],
        ["first-of-b", null],
        ["second", NOW + 20],
        ["third", null],
      ]);
      await webhookEndpoints.deleteExpiredSecrets(NOW + 9);
      expect(await secrets()).toHaveLength(4);
      await webhookEndpoints.deleteExpiredSecrets(NOW + 20);
      expect(await secrets()).toEqual([
        ["first-of-b", null],
        ["third", null],
      ]);
      expect(await webhookEndpoints.rotateSecret("c", sampleSecret("fourth"), NOW)).toBe(false);
      expect(await secrets()).toHaveLength(2);
    });

    it("has one secret without an end, however many rotations run at once", async () => {
      await create("a");
      const rotate = (n: number) => persistence.webhookEndpoints.rotateSecret("a", sampleSecret(`s${n}`), NOW + 10);
      await Promise.all(Array.from({ length: 20 }, (_, n) => rotate(n)));
      const ends = (await secrets()).map(([, end]) => end);
      expect(ends.filter((end) => end === null)).toHaveLength(1);
      expect(ends).toHaveLength(4);
    });

    it("ends every earlier secret with a rotation without overlap, and has at most four", async () => {
      await create("a");
      const { webhookEndpoints } = persistence;
      const rotate = (id: string, at: number, oldExpiresAt: number) =>
        webhookEndpoints.rotateSecret("a", sampleSecret(id, { createdAt: at }), oldExpiresAt);
      for (let n = 1; n < 5; n++) await rotate(`s${n}`, NOW + n, NOW + 1000);
      expect(await secrets()).toEqual([...["s1", "s2", "s3"].map((id) => [id, NOW + 1000]), ["s4", null]]);
      await rotate("s5", NOW + 5, NOW + 5);
      expect(await secrets()).toEqual([...["s2", "s3", "s4"].map((id) => [id, NOW + 5]), ["s5", null]]);
    });

    it("is deleted with its secrets, and what it did not receive is never due again", async () => {
      await create("a");
      await create("b");
      const { webhookEndpoints, webhookDeliveries } = persistence;
      await webhookDeliveries.create(sampleEvent("e1"), { now: NOW, firstAttemptAt: NOW });
      expect(await webhookEndpoints.delete("a")).toBe(true);
      expect(await webhookEndpoints.delete("a")).toBe(false);
      expect(await secrets()).toEqual([["first-of-b", null]]);
      const due = await webhookDeliveries.takeDue(NOW, 1000, 10);
      expect(due.map(({ endpointId }) => endpointId)).toEqual(["b"]);
    });

    it("is named by no request that reaches the secrets and deliveries of encoder jobs", async () => {
      const { webhookEndpoints, webhookDeliveries } = persistence;
      await webhookEndpoints.rotateJobSecret(sampleSecret("of-jobs"), NOW);
      const job = encoderJobName(uuidV7(NOW));
      const event = { ...sampleEvent("e1"), type: "job-failed" } as const;
      await webhookDeliveries.createForJob(job, event, { now: NOW, firstAttemptAt: NOW });
      for (const id of ["encoder-jobs", job]) {
        expect(await webhookEndpoints.rotateSecret(id, sampleSecret("other"), NOW)).toBe(false);
        expect(await webhookEndpoints.delete(id)).toBe(false);
      }
      expect(await secrets()).toEqual([["of-jobs", null]]);
      expect(await webhookDeliveries.takeDue(NOW, 1000, 10)).toMatchObject([{ endpointId: job }]);
    });
  });
}
