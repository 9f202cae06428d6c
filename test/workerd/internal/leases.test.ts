import { beforeEach, describe, expect, it } from "vitest";
import { cancelJob } from "../../../shared/application/commands/cancel-job.ts";
import { contentKeysSchema, type WorkOrder } from "../../../shared/application/protocols/job-protocol.ts";
import { secretId } from "../../../shared/lib/random-id.ts";
import { emptyQueue, fail, PROCESSOR } from "../support/one-job.ts";
import { call, claim, createPost, publishPost, report, transcodeReport } from "../support/published-post.ts";
import { isOnPostgres, testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

let worker: TestWorker;

beforeEach(async () => {
  worker = startWorker();
  await emptyQueue();
});

const PROGRESS = { stage: "ENCODING", percent: 40 };

type Lease = { readonly jobId: string; readonly leaseToken: string };

function ask(
  route: "source" | "keys" | "progress",
  { jobId, leaseToken }: Lease,
  headers: HeadersInit = PROCESSOR,
): Promise<Response> {
  const body = JSON.stringify({ leaseToken, ...(route === "progress" ? { progress: PROGRESS } : {}) });
  return worker.fetch(`/internal/leases/${jobId}/${route}`, { method: "POST", headers, body });
}

async function transcoding(): Promise<{ order: WorkOrder; lease: Lease }> {
  const leaseToken = secretId();
  const order = await claim(worker, await createPost(worker), leaseToken);
  return { order, lease: { jobId: order.jobId, leaseToken } };
}

async function encrypting(): Promise<{ order: WorkOrder; lease: Lease }> {
  const first = await transcoding();
  await report(worker, first.order, "transcode-result", transcodeReport(["360p"]));
  const leaseToken = secretId();
  const order = await claim(worker, undefined, leaseToken);
  return { order, lease: { jobId: order.jobId, leaseToken } };
}

async function codeOf(response: Response): Promise<unknown> {
  return [response.status, ((await response.json()) as { code: string }).code];
}

describe("the holder of a lease", () => {
  it("gets the content keys that the credential of the claim gets too", async () => {
    const { order, lease } = await encrypting();
    const keys = contentKeysSchema.parse(await (await ask("keys", lease)).json());
    expect(keys).toEqual(contentKeysSchema.parse(await (await call(worker, order, "keys")).json()));
    expect(keys.encryptedPrefix).toMatch(/\/enc\/k1-c1\/$/);
  });

  it("gets the URL of its source, unwrapped", async () => {
    const { lease } = await transcoding();
    expect(await (await ask("source", lease)).json()).toEqual({ secret: "https://origin.example/film.mp4" });
  });

  it("shows its live progress", async () => {
    const { order, lease } = await transcoding();
    expect((await ask("progress", lease)).status).toBe(204);
    const job = await worker.context.jobs.find(order.jobId);
    const shown = await testEnv.JOB_EVENTS.getByName(job!.fileId).latest({ jobId: order.jobId, claimNo: 1 });
    expect(shown).toEqual(PROGRESS);
  });

  it("is refused content keys for a transcode job", async () => {
    const { lease } = await transcoding();
    expect(await codeOf(await ask("keys", lease))).toEqual([409, "lease-lost"]);
  });
});

describe("any other request about a lease", () => {
  const ROUTES = ["source", "keys", "progress"] as const;

  it("needs the processors' secret", async () => {
    const { order, lease } = await transcoding();
    for (const route of ROUTES) {
      expect((await ask(route, lease, {})).status).toBe(401);
      expect((await ask(route, lease, { authorization: `Bearer ${order.credential}` })).status).toBe(401);
    }
  });

  it("is refused with another lease token, for another job and for none", async () => {
    const [mine, other] = [await encrypting(), await encrypting()];
    const wrong = [
      { ...mine.lease, leaseToken: secretId() },
      { ...mine.lease, leaseToken: other.lease.leaseToken },
      { ...mine.lease, jobId: crypto.randomUUID() },
    ];
    for (const lease of wrong)
      for (const route of ROUTES) expect(await codeOf(await ask(route, lease))).toEqual([409, "lease-lost"]);
  });

  it("is refused once the job has ended or another claim holds it", async () => {
    const ended = await encrypting();
    await fail(worker, ended.order);
    const taken = await transcoding();
    worker.advance(61_000);
    await worker.fetch("/internal/jobs/scan", { method: "POST", headers: PROCESSOR });
    await claim(worker, undefined, secretId());
    for (const { lease } of [ended, taken])
      for (const route of ROUTES) expect(await codeOf(await ask(route, lease))).toEqual([409, "lease-lost"]);
  });
});

describe("the Worker of a processor with a database", () => {
  const send = (path: string, body?: unknown, headers: HeadersInit = PROCESSOR) =>
    worker.fetch(path, { method: body === undefined ? "GET" : "POST", headers, body: JSON.stringify(body) });

  it("returns the rules that its settings decide, and what its database is", async () => {
    worker = startWorker({ JOB_LEASE_SECONDS: "90", KEY_GRACE_SECONDS: "7", MIGRATION_MAX_IN_FLIGHT: "3" });
    const response = await send("/internal/processor-settings?mark=5");
    expect(await response.json()).toEqual({
      // No connection holds the mark.
      database: isOnPostgres ? "other" : "d1",
      rules: { ...worker.context.rules, leaseMs: 90_000 },
      keyGraceSeconds: 7,
      rekeyMaxInFlight: 3,
    });
    expect((await send("/internal/processor-settings?mark=-1")).status).toBe(422);
    expect((await send("/internal/processor-settings?mark=5", undefined, {})).status).toBe(401);
  });

  it("deletes what a claim has stored, and nothing that plays, is unknown or has no owner", async () => {
    const { videoPostId } = await publishPost(worker);
    const { clear, playing } = (await worker.context.posts.load(videoPostId))!.files[0]!;
    const { order } = await transcoding();
    await testEnv.SOURCE.put(`${order.clearPrefix}360p/seg_00001.ts`, "something");
    const prefixes = [order.clearPrefix, clear!.prefix, playing!.prefix, "uploads/", `x/${crypto.randomUUID()}/c1/`];
    const response = await send("/internal/objects/delete", { prefixes });
    expect(await response.json()).toEqual({ deleted: [order.clearPrefix] });
    await expect.poll(async () => (await testEnv.SOURCE.list({ prefix: order.clearPrefix })).objects).toEqual([]);
    expect((await send("/internal/objects/delete", { prefixes: [] }, {})).status).toBe(401);
  });

  it("delivers events of saves that were made without it", async () => {
    const saved = async () => {
      const { order } = await transcoding();
      await worker.settled();
      await cancelJob(worker.context, order.jobId, "tester", worker.context.now());
    };
    const undelivered = () => {
      const waits = { firstWaitMs: 30_000, longestWaitMs: 30_000 };
      return worker.context.outbox.takeDue({ now: worker.context.now(), first: 100, again: 0, ...waits });
    };
    await saved();
    expect(await undelivered()).toHaveLength(1);
    await saved();
    expect((await send("/internal/outbox/dispatch", {})).status).toBe(204);
    await worker.settled();
    expect(await undelivered()).toEqual([]);
    expect((await send("/internal/outbox/dispatch", {}, {})).status).toBe(401);
  });
});
