import { beforeEach, describe, expect, it } from "vitest";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { askForJob, encrypt, NOW, publishPost } from "./steps.ts";

const LATER = NOW + 60_000;
/** No item is given up as lost. */
const NEVER = 0;

export function describeContendedRotations(name: string, open: OpenPersistence): void {
  describe(`${name}: a batch of rotations that several callers continue`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    /** A batch with an item for each of so many published posts. */
    const filled = async (parts: number) => {
      for (let n = 0; n < parts; n++) await publishPost(persistence, NOW + n);
      const batchId = uuidV7(LATER);
      const batch = { batchId, selection: {}, maxInFlight: parts, graceSeconds: null, requestedBy: "me" };
      await persistence.rotationBatches.create(batch, LATER);
      while (await persistence.rotationSteps.fill(batchId, {}, 100)) {}
      return batchId;
    };

    it("never fails an item whose new version is saved while the batch is settled", async () => {
      const batchId = await filled(10);
      for (let n = 0; n < 10; n++) {
        const item = await persistence.rotationSteps.take(batchId, uuidV7(LATER), LATER);
        await askForJob(persistence, item!.videoPostId, "ENCRYPT", LATER);
        await persistence.rotationSteps.adoptLiveJob(item!);
      }
      let isEncrypting = true;
      const settler = async () => {
        while (isEncrypting) await persistence.rotationSteps.settle(batchId, NEVER, LATER);
      };
      const settlers = Promise.all([settler(), settler(), settler()]);
      for (let n = 0; n < 10; n++) await encrypt(persistence, LATER);
      isEncrypting = false;
      await settlers;
      await persistence.rotationSteps.settle(batchId, NEVER, LATER);
      const { counts } = await persistence.rotationBatches.progress(batchId);
      expect(counts).toMatchObject({ SUCCEEDED: 10, FAILED: 0 });
    });

    it("is never DONE while an item waits, though it ends and is retried at once", async () => {
      const batchId = await filled(1);
      for (let round = 0; round < 20; round++) {
        await persistence.execute("UPDATE key_rotation_item SET state = 'FAILED'");
        const [retried] = await Promise.all([
          persistence.rotationBatches.retryFailed(batchId, 10, LATER),
          persistence.rotationSteps.finish(batchId, LATER),
        ]);
        expect([retried, (await persistence.rotationBatches.find(batchId))?.state]).toEqual([1, "RUNNING"]);
      }
    });
  });
}
