import { beforeAll, describe, expect, it } from "vitest";
import { openPersistence } from "../../../edge/database.ts";
import { runScheduled } from "../../../edge/scheduled.ts";
import { STANDARD_JOB_RULES } from "../../../shared/domain/job/transcode-job.ts";
import { bearer, createKey } from "../support/admin-callers.ts";
import { emptyQueue, newestJob, PROCESSOR } from "../support/one-job.ts";
import { countedHyperdrive } from "../support/open-clients.ts";
import { countingPersistence } from "../support/open-transactions.ts";
import { call, claim, createPost, publishPost, transcodeReport } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/*
 * A Worker invocation may have six connections open at once, and a Postgres client of a port call is one of them. Port
 * calls that are open at the same time are counted here, with those that a request leaves to waitUntil.
 */

/** docs/decisions/0015-postgres-clients.md records this number. */
const MOST_OPEN = 2;

/** Of Postgres: the same calls, seen as the connections that they have. */
const clients = testEnv.HYPERDRIVE === undefined ? null : countedHyperdrive(testEnv.HYPERDRIVE);
const bindings = clients === null ? { DB: testEnv.DB } : { HYPERDRIVE: clients.hyperdrive };
const counting = countingPersistence(openPersistence(bindings, STANDARD_JOB_RULES));
const worker: TestWorker = startWorker({}, { persistence: counting.persistence });
const seen: Record<string, { calls: number; mostOpen: number; mostClients: number }> = {};

/** One invocation, with everything that it left for after its response. */
async function measure(name: string, status: number, invoke: () => Promise<Response>): Promise<Response> {
  await worker.settled();
  counting.reset();
  clients?.reset();
  const response = await invoke();
  await worker.settled();
  seen[name] = { ...counting.counts(), mostClients: clients?.mostOpen() ?? 0 };
  expect([name, response.status]).toEqual([name, status]);
  return response;
}

beforeAll(async () => {
  await emptyQueue();
});

const post = (path: string, headers: HeadersInit, body: unknown) =>
  worker.fetch(path, { method: "POST", headers, body: JSON.stringify(body) });

describe("an invocation", () => {
  it("has at most two port calls open at once, for an editor, a processor or a viewer", async () => {
    const { key } = await createKey(worker, ["admin"]);
    const parts = Array.from({ length: 40 }, (_, n) => ({
      sourceUrl: `https://origin.example/${n}.mp4`,
      fileName: `part-${n}.mp4`,
    }));
    // A key that was not used within the last minute: its use is recorded beside the request.
    const many = { title: "Many parts", resourceType: "VIDEO", uploadFileList: parts };
    await measure("create a post of 40 parts", 201, () => post("/api/v2/video-posts", bearer(key), many));
    await measure("list posts", 200, () => worker.admin("GET", "/api/v2/video-posts"));
    await emptyQueue();

    const videoPostId = await createPost(worker);
    const transcode = await claim(worker, videoPostId);
    const progress = { stage: "ENCODING", percent: 1 };
    await measure("heartbeat", 200, () => call(worker, transcode, "heartbeat", progress));
    const ladder = transcodeReport(["1080p", "360p"]);
    await measure("transcode result", 200, () => call(worker, transcode, "transcode-result", ladder));
    const encrypt = await claim(worker, videoPostId);
    await measure("fail with a retry", 200, () =>
      call(worker, encrypt, "fail", { reason: "It broke.", permanent: false }),
    );
    await measure("delete a post", 200, () => worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`));

    const { videoPostId: published } = await publishPost(worker);
    const rotation = { selection: { videoPostId: published } };
    await measure("begin a rotation", 202, () => worker.admin("POST", "/admin/video/enc/rotations", rotation));
    const order = await claim(worker, published);
    const keys = await measure("keys", 200, () => call(worker, order, "keys"));
    const { keyVersion } = (await keys.json()) as { keyVersion: number };
    if (order.kind !== "ENCRYPT") throw new Error(order.kind);
    const report = { keyVersion, variants: order.variants };
    await measure("encrypt result in a rotation", 204, () => call(worker, order, "encrypt-result", report));

    const part = { videoPostId: published, fileIndex: 0 };
    await measure("viewer token", 200, () => post("/video/enc/token", {}, part));
    await measure("revoke a part", 200, () => worker.admin("POST", "/admin/video/enc/revoke", part));
    await measure("retry a job", 409, async () =>
      worker.admin("POST", `/api/v2/jobs/${await newestJob(worker, published)}/retry`),
    );
    await measure("scan", 200, () => worker.fetch("/internal/jobs/scan", { method: "POST", headers: PROCESSOR }));
    await measure("Cron Trigger", 204, async () => {
      await runScheduled(worker.context);
      return new Response(null, { status: 204 });
    });
    const worst = Object.entries(seen).filter(([, { mostOpen }]) => mostOpen >= MOST_OPEN);
    expect(Math.max(...worst.map(([, { mostOpen }]) => mostOpen))).toBe(MOST_OPEN);
    expect(worst.map(([name]) => name)).toContain("encrypt result in a rotation");
    // A connection that a call has ended is closed before a later call opens one.
    const mostClients = Math.max(...Object.values(seen).map((one) => one.mostClients));
    expect(mostClients).toBe(clients === null ? 0 : MOST_OPEN);
  });
});
