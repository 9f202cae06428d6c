import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { wrapSourceUrl } from "../../../shared/application/source-url.ts";
import { createVideoPost } from "../../../shared/domain/post/video-post.ts";
import { secretId, uuidV7 } from "../../../shared/lib/random-id.ts";
import type { TestPersistence } from "../../contract/persistence.ts";
import { LADDER, savePost, tryClaim, variantOf, vault } from "../../contract/steps.ts";
import { openTestDatabase } from "../pg-persistence.ts";
import { startInternalWorker } from "./internal-worker.ts";
import type { InternalWorker } from "./internal-worker-type.ts";
import { type DirectProcessor, openDirect } from "./open-direct.ts";

const database = await openTestDatabase(inject("postgresNewest"));
const other = await openTestDatabase(inject("postgresNewest"));

let persistence: TestPersistence;
let worker: InternalWorker;
let clock = 0;
const opened: DirectProcessor[] = [];

beforeEach(async () => {
  persistence = await database.open();
  worker = startInternalWorker(persistence, Date.now);
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ end }) => end()));
});

function open(more: Partial<Parameters<typeof openDirect>[0]> = {}): DirectProcessor {
  const processor = openDirect({ url: database.url, fetch: worker.fetch, clock: () => clock, ...more });
  opened.push(processor);
  return processor;
}

const claimWith = ({ service }: DirectProcessor, leaseToken = secretId()) =>
  service.claim({ leaseToken, owner: "tester" });

const SOURCE = "https://media.example/film.mp4?signature=secret";

/** A post whose part waits to be downloaded from a URL. */
async function saveUrlPost(): Promise<void> {
  const now = Date.now();
  const id = uuidV7(now);
  const source = { kind: "url", url: await wrapSourceUrl(vault, id, SOURCE) } as const;
  const change = createVideoPost(
    {
      ...{ id: uuidV7(now), authorId: "author", title: "A film", description: "", resourceType: "VIDEO" },
      ...{ interaction: { comments: true, liveComments: false }, access: "POLICY", autoPublish: true },
      files: [{ id, jobId: uuidV7(now), source, fileName: "film.mp4", fileSize: null }],
    } as Parameters<typeof createVideoPost>[0],
    now,
  );
  expect(await persistence.posts.save({ ...change, from: null }, now)).toBe("saved");
}

const onlyJob = async () => (await persistence.jobs.list({ limit: 1 }))[0]!;

describe("a processor with a database", () => {
  it("gets the URL of a source from the Worker", async () => {
    await saveUrlPost();
    const order = await claimWith(open());
    expect(order).toMatchObject({ kind: "TRANSCODE", source: { kind: "url", url: SOURCE } });
  });

  it("asks for the rules once a minute at most, and claims nothing without them", async () => {
    const processor = open();
    const asked = () => worker.requests.filter((path) => path.endsWith("/processor-settings")).length;
    for (let n = 0; n < 3; n++) expect(await claimWith(processor)).toBeNull();
    expect(asked()).toBe(1);
    clock += 61_000;
    expect(await claimWith(processor)).toBeNull();
    expect(asked()).toBe(2);
    await saveUrlPost();
    clock += 61_000;
    worker.away = true;
    await expect(claimWith(processor)).rejects.toThrow("The video service could not be reached.");
    expect(await onlyJob()).toMatchObject({ state: "QUEUED", claimNo: 0 });
    worker.away = false;
    expect(await claimWith(processor)).not.toBeNull();
  });

  it("returns a job to the queue with its attempt, where the Worker went away before it gave the URL", async () => {
    const processor = open();
    await claimWith(processor);
    await saveUrlPost();
    worker.away = true;
    await expect(claimWith(processor)).rejects.toThrow("The video service could not be reached.");
    expect(await onlyJob()).toMatchObject({ state: "QUEUED", attempt: 0 });
    // It asks the Worker before it claims again, though its rules are young.
    expect(await onlyJob()).toMatchObject({ claimNo: 1 });
    worker.away = false;
    expect(await claimWith(processor)).toMatchObject({ attempt: 1, claimNo: 2 });
  });

  it("returns a job to the queue with its attempt, where the Worker no longer accepts this processor", async () => {
    let accepts = true;
    const problem = { type: "about:blank", title: "No", status: 401, code: "credentials-invalid" };
    const refusal = () => Response.json(problem, { status: 401 });
    const processor = open({ fetch: async (request) => (accepts ? worker.fetch(request) : refusal()) });
    await claimWith(processor);
    await saveUrlPost();
    accepts = false;
    await expect(claimWith(processor)).rejects.toThrow("Is PROCESSOR_TOKEN the same on both sides?");
    expect(await onlyJob()).toMatchObject({ state: "QUEUED", attempt: 0, claimNo: 1 });
    // It asks the Worker before it claims again, though its rules are young.
    await expect(claimWith(processor)).rejects.toThrow("refused processor-settings with 401");
    expect(await onlyJob()).toMatchObject({ claimNo: 1 });
  });

  it("keeps its leases and records results while the Worker is away", async () => {
    const processor = open();
    await claimWith(processor);
    await saveUrlPost();
    const order = (await claimWith(processor))!;
    worker.away = true;
    clock += 3_600_000;
    const progress = { stage: "ENCODING", percent: 3 } as const;
    expect(await processor.service.heartbeat(order, progress)).toEqual({ kind: "done", value: { cancel: false } });
    const probe = { container: "mp4", headerDuration: 18, video: null, audio: null };
    const report = { durationSeconds: 18, probe, warnings: [], variants: LADDER.map(variantOf) };
    expect(await processor.service.recordTranscode(order, report)).toMatchObject({ kind: "done" });
    await processor.settled();
    expect(await persistence.jobs.find(order.jobId)).toMatchObject({ state: "SUCCEEDED" });
    expect(processor.warnings).toEqual([]);
  });

  it("asks the Worker to deliver the events of its saves, and only warns where it is away", async () => {
    const processor = open();
    const failed = async (away: boolean) => {
      await saveUrlPost();
      const order = (await claimWith(processor))!;
      worker.away = away;
      const outcome = await processor.service.fail(order, { reason: "It broke.", permanent: true });
      expect(outcome).toEqual({ kind: "done", value: { outcome: "failed", runAfter: null } });
      await processor.settled();
    };
    await failed(false);
    expect(worker.requests).toContain("/internal/outbox/dispatch");
    expect(processor.warnings).toEqual([]);
    await failed(true);
    // The deletion of what the claim has stored is left to the garbage collection.
    expect(processor.warnings).toMatchObject(Array(2).fill({ message: "The video service could not be reached." }));
  });
});

describe("a processor is refused", () => {
  const refusal = (processor: DirectProcessor) =>
    claimWith(processor).then(
      () => null,
      (error: { message: string; refusedWith: unknown }) => [error.refusedWith, error.message],
    );

  it("another database than that of its Worker, a copy included", async () => {
    const [code, message] = (await refusal(open({ url: other.url })))!;
    expect(code).toBe("other-database");
    expect(message).toContain("uses another database than DATABASE_URL names");
  });

  it("a Worker with D1", async () => {
    worker = startInternalWorker(
      { ...persistence, serviceState: { ...persistence.serviceState, findMark: async () => "d1" } },
      Date.now,
    );
    expect(await refusal(open())).toEqual(["other-database", expect.stringContaining("uses D1, not Postgres")]);
  });

  it("a database without the migrations of its release", async () => {
    const migrations = ["0000_initial.sql", "9999_later.sql"];
    const refused = await refusal(open({ migrations }));
    expect(refused).toEqual(["not-migrated", expect.stringMatching(/9999_later\.sql\).*Run ladderlock migrate\./)]);
    expect(worker.requests).toEqual([]);
  });

  it("a login that Postgres refuses, without a retry", async () => {
    const url = Object.assign(new URL(database.url), { username: "nobody" }).href;
    expect(await refusal(open({ url }))).toEqual(["database", expect.stringContaining("Is DATABASE_URL right?")]);
  });

  it("a lease for the secrets of a job that it does not hold", async () => {
    await savePost(persistence, { now: Date.now() });
    const claimed = (await tryClaim(persistence, { now: Date.now() }))!;
    const credential = JSON.stringify({
      ...{ jobId: claimed.job.jobId, leaseToken: secretId(), claimNo: 1, kind: "ENCRYPT" },
      ...{ fileId: claimed.job.fileId, clearPrefix: "a-film/" },
    });
    const held = { jobId: claimed.job.jobId, credential };
    expect(await open().service.keys(held)).toMatchObject({ kind: "refused", code: "lease-lost" });
  });
});
