import { beforeEach, describe, expect, it } from "vitest";
import { database } from "../support/inspection.ts";
import { onlyPart } from "../support/one-job.ts";
import { claim, encryptPost } from "../support/published-post.ts";
import { type RotationTest, rotationTest } from "../support/rotation-test.ts";
import { anonymousToken, askKey, siteToken, startSession } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const GRACE_MS = 60_000;
const worker = startWorker({ KEY_GRACE_SECONDS: GRACE_MS / 1000 });
let rotation: RotationTest;
beforeEach(async () => {
  rotation = await rotationTest(worker);
});

describe("viewers during a rotation", () => {
  it.each([
    ["for as long as the deployment says", {}, GRACE_MS],
    ["for as long as the batch says", { graceSeconds: 300 }, 300_000],
    ["no longer, where the batch says so", { graceSeconds: 0 }, 0],
  ])("continue with their keys %s", async (_, more, graceMs) => {
    const [post] = await rotation.publish(1);
    const session = await startSession(worker, post!, await siteToken(worker, post!));
    await rotation.begin(more);
    const order = await claim(worker);
    expect(order.kind).toBe("ENCRYPT");
    expect(await askKey(worker, post!, session, "1080p")).toBe("key");
    await worker.context.jobs.release({ jobId: order.jobId, leaseToken: await leaseOf(order.jobId), now: 1 });
    const keys = await encryptPost(worker);
    expect(await askKey(worker, { keys }, await anonymousToken(worker, post!))).toBe("key");
    if (graceMs > 0) {
      worker.advance(graceMs - 5000);
      expect(await askKey(worker, post!, session, "1080p")).toBe("key");
      worker.advance(5000);
    }
    expect(await askKey(worker, post!, session, "1080p")).toBe("key-superseded");
    await worker.settled();
  });

  async function leaseOf(jobId: string): Promise<string> {
    const [job] = await database.rows<{ lease_token: string }>("video_transcode_job", { job_id: jobId });
    return job!.lease_token;
  }

  it("are not cut off by a rotation that fails, which leaves no trace in what plays", async () => {
    const [post] = await rotation.publish(1);
    const session = await startSession(worker, post!, await siteToken(worker, post!));
    const before = await onlyPart(worker, post!.videoPostId);
    const batchId = await rotation.begin();
    await rotation.failNext();
    expect((await rotation.batch(batchId)).progress).toMatchObject({ failed: 1, percent: 100 });
    const after = await onlyPart(worker, post!.videoPostId);
    expect(after).toEqual({ ...before, failReason: "It broke.", failCode: "unclassified", updateType: "HAS_UPDATE" });
    worker.advance(2 * GRACE_MS);
    expect(await askKey(worker, post!, session, "1080p")).toBe("key");
  });
});
