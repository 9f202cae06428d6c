import { beforeEach, describe, expect, it } from "vitest";
import { webhookBodySchema } from "../../edge/webhooks/event-schemas.ts";
import { UPLOAD_LIFE_MS, UPLOAD_REMOVAL_DELAY_MS, type Upload } from "../../shared/domain/uploads/upload.ts";
import type { WebhookEventType } from "../../shared/domain/webhooks/webhook-event.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { NOW } from "./steps.ts";
import { sampleEndpoint, sampleSecret } from "./webhook-samples.ts";

const UPLOAD: Upload = {
  ...{ uploadId: "u-1", owner: "api-key:editor", size: 100, offset: 0, tempPath: "uploads/u-1/", state: "OPEN" },
  metadata: { filename: 'Été "夏".mp4' },
  ...{ expiresAt: NOW + UPLOAD_LIFE_MS, createdAt: NOW, tokenId: "t-1", maxDurationSeconds: null },
  ...{ multipartId: null, partSize: null },
};
const AT = { now: NOW, firstAttemptAt: NOW + 5 };
const EXPIRED = { now: UPLOAD.expiresAt + UPLOAD_REMOVAL_DELAY_MS, firstAttemptAt: UPLOAD.expiresAt * 2 };
const COMPLETED = {
  eventId: "evt_upload_u-1_completed",
  body: {
    type: "upload.completed",
    timestamp: new Date(NOW).toISOString(),
    data: { uploadId: "u-1", size: 100, fileName: 'Été "夏".mp4', uploadTokenId: "t-1" },
  },
};

export function describeUploadDeliveries(name: string, open: OpenPersistence): void {
  describe(`${name}: the events of an upload`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
      await endpoint("a", ["upload.*"]);
    });

    const endpoint = (id: string, events: string[]) =>
      persistence.webhookEndpoints.create(sampleEndpoint(id, { events: events as never }), sampleSecret(`s-${id}`), 10);

    async function opened(more: Partial<Upload> = {}): Promise<Upload> {
      const upload = { ...UPLOAD, ...more };
      await persistence.uploads.open(upload);
      return upload;
    }

    const advance = (from: number, to: number) =>
      persistence.uploads.advance({ ...UPLOAD, ...AT, from, to, expiresAt: UPLOAD.expiresAt });

    /** The body of each is as the API documents it. */
    async function stored(endpointId = "a") {
      const page = { endpointId, state: null, from: null, to: null, after: null, limit: 10 };
      return (await persistence.webhookDeliveries.list(page)).map(({ eventId, body, state, nextAttemptAt }) => {
        const event = JSON.parse(body);
        webhookBodySchema(event.type as WebhookEventType).parse(event);
        return { eventId, body: event, state, nextAttemptAt };
      });
    }

    it("are stored with its last chunk, once for each endpoint that receives them, however often it is counted", async () => {
      await endpoint("all", ["*"]);
      await endpoint("posts", ["post.*", "upload.expired"]);
      await opened();
      expect(await advance(0, 60)).toBe(true);
      expect(await stored()).toEqual([]);
      const outcomes = await Promise.all([1, 2, 3].map(() => advance(60, 100)));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      await endpoint("late", ["*"]);
      expect(await advance(60, 100)).toBe(false);
      expect(await stored()).toEqual([{ ...COMPLETED, state: "PENDING", nextAttemptAt: NOW + 5 }]);
      expect(await stored("all")).toHaveLength(1);
      expect(await stored("posts")).toEqual([]);
      expect(await stored("late")).toEqual([]);
    });

    it("are stored with the size that completes it", async () => {
      await opened({ size: null });
      await advance(0, 100);
      const declare = (size: number) => persistence.uploads.declareSize({ ...UPLOAD, ...AT, size });
      expect(await declare(99)).toBe(false);
      expect(await stored()).toEqual([]);
      expect(await declare(100)).toBe(true);
      expect(await declare(100)).toBe(false);
      expect(await stored()).toMatchObject([COMPLETED]);
    });

    it("are stored with the object that completes it, and with a copy", async () => {
      await opened({ multipartId: "r2", partSize: 60 });
      const complete = (owner: string) =>
        persistence.uploads.completeObject({ ...UPLOAD, ...AT, owner, expiresAt: NOW + 77 });
      expect(await complete("api-key:other")).toBe(false);
      expect(await stored()).toEqual([]);
      await Promise.all([1, 2].map(() => complete(UPLOAD.owner)));
      expect(await stored()).toMatchObject([COMPLETED]);
      const copy = { ...UPLOAD, uploadId: "u-2", offset: 100, state: "COMPLETE", metadata: {}, tokenId: null } as const;
      await persistence.uploads.openComplete(copy, NOW);
      const data = { uploadId: "u-2", size: 100, fileName: null, uploadTokenId: null };
      expect((await stored()).map(({ body }) => body.data)).toEqual(
        expect.arrayContaining([data, COMPLETED.body.data]),
      );
    });

    it("are stored once with its expiry, also when its removal is interrupted", async () => {
      await opened();
      const { uploads } = persistence;
      for (let run = 0; run < 2; run++) expect(await uploads.beginExpiry("u-1", EXPIRED)).not.toBeNull();
      await uploads.finishRemoval("u-1");
      expect(await uploads.beginExpiry("u-1", EXPIRED)).toBeNull();
      const data = { ...COMPLETED.body.data, state: "OPEN" };
      expect(await stored()).toMatchObject([{ eventId: "evt_upload_u-1_expired", body: { data } }]);
    });

    it("are not stored for an upload that its owner removes, though the sweep finishes the removal", async () => {
      await opened();
      await persistence.uploads.beginRemoval("u-1");
      expect(await persistence.uploads.beginExpiry("u-1", EXPIRED)).not.toBeNull();
      expect(await stored()).toEqual([]);
    });

    it("are stored once for a token that ends without an upload", async () => {
      const token = {
        ...{ owner: "api-key:editor", maxBytes: 1, maxDurationSeconds: null, corsOrigin: null, createdAt: NOW },
        postDefaults: { title: "", authorId: null, autoPublish: false, metadata: {}, passthrough: null } as never,
        ...{ expiresAt: NOW, uploadId: null, videoPostId: null, revokedAt: null, postCreatedAt: null, endedAt: null },
      };
      await persistence.uploadTokens.create({ ...token, tokenId: "t-1" });
      await persistence.uploadTokens.create({ ...token, tokenId: "t-2", uploadId: "u-gone" });
      const ended = await persistence.uploadTokens.endExpired(AT, 10);
      expect(ended.toSorted()).toEqual(["t-1", "t-2"]);
      expect(await persistence.uploadTokens.endExpired(AT, 10)).toEqual([]);
      const data = { uploadId: null, size: null, state: null, fileName: null, uploadTokenId: "t-1" };
      expect(await stored()).toMatchObject([{ eventId: "evt_upload_token_t-1_expired", body: { data } }]);
    });
  });
}
