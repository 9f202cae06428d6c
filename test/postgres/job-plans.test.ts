import { describe, expect, inject, it } from "vitest";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { pooledClients, withOneClient } from "../../shared/persistence/pg/clients.ts";
import { fillLibrary, IDS, NOW, PARTS } from "./library-rows.ts";
import { openTestDatabase } from "./pg-persistence.ts";
import { costsOf } from "./query-plans.ts";

type Use = Parameters<typeof costsOf>[1];

/** Each of the values, or none. */
function eachOf<Values extends object>(values: Values): Partial<Values>[] {
  const names = Object.keys(values) as (keyof Values)[];
  return names.reduce<Partial<Values>[]>(
    (soFar, name) => soFar.flatMap((one) => [one, { ...one, [name]: values[name] }]),
    [{}],
  );
}

const { jobId, leaseToken, fileId, videoPostId, batchId } = IDS;
const limit = 10;
const rules = STANDARD_JOB_RULES;
const lease = { jobId, leaseToken, now: NOW };
const newLease = { leaseToken: "new", owner: "o", now: NOW, leaseMs: 1000 };
const taken = { batchId, fileId, jobId, videoPostId, fileIndex: 0 };
const failure = { code: "part-gone", reason: "gone" } as const;
const progress = { stage: "ENCODING", percent: 1 } as const;
const part = { jobId: "new", videoPostId, fileId, kind: "TRANSCODE" } as const;
const key = { id: "key-2-1", wrappedKey: "other", kekId: "k0" } as never;

const USES: Readonly<Record<string, readonly Use[]>> = {
  "parts without a job": [
    ({ pending }) => pending.listTranscodingVideoPosts(limit),
    ({ pending }) => pending.listEncryptPendingVideoPosts(limit),
  ],
  "posts to correct": [({ pending }) => pending.listDriftedVideoPosts(limit)],
  claims: [
    ({ jobs }) => jobs.claim({ ...newLease, kinds: ["TRANSCODE", "ENCRYPT"] }),
    ({ jobs }) => jobs.claim({ ...newLease, now: 0, leaseToken: "none", kinds: ["TRANSCODE", "ENCRYPT"] }),
    ({ jobs }) => jobs.claimOne({ ...newLease, leaseToken: "one", jobId }),
  ],
  "a held job": [
    ({ jobs }) => jobs.heartbeat({ ...lease, leaseMs: 1000, stage: "ENCODING", progress }),
    ({ jobs }) => jobs.acknowledgeCancel(lease),
    ({ jobs }) => jobs.retryLater({ ...lease, ...failure, runAfter: NOW, failedVerification: null }),
    ({ jobs }) => jobs.release(lease),
    ({ jobs }) => jobs.failOrphan({ ...failure, jobId, now: NOW }),
    ({ jobs }) => jobs.findByLease(jobId, leaseToken),
    ({ jobs }) => jobs.find(jobId),
    ({ jobs }) => jobs.stagedKeyVersions({ jobId, fileId }),
  ],
  "steps of the scan": [
    ({ jobs }) => jobs.listExhausted(NOW, limit),
    ({ jobs }) => jobs.createMissing([part, { ...part, jobId: "newer", kind: "ENCRYPT" }], NOW, rules),
    ({ jobs }) => jobs.requeueDue(NOW),
  ],
  "re-keys": [
    ({ rekeys }) => rekeys.findImportedPost("import-5"),
    ({ rekeys }) => rekeys.next(3),
    ({ rekeys }) => rekeys.underWay(),
    ({ rekeys }) => rekeys.leave(fileId),
    ({ rekeys }) => rekeys.enqueue({ kind: "post", videoPostId, fileIndex: 0 }, limit, NOW),
    ({ rekeys }) => rekeys.clear(),
  ],
  rotations: [
    ({ rotationSteps }) => rotationSteps.listOpen(limit),
    ({ rotationSteps }) => rotationSteps.findByRotatingPart(fileId),
    ({ rotationSteps }) => rotationSteps.fill(batchId, {}, 100),
    ({ rotationSteps }) => rotationSteps.fill(batchId, { videoPostId }, 100),
    ({ rotationSteps }) => rotationSteps.settle(batchId, NOW, NOW),
    ({ rotationSteps }) => rotationSteps.classify(batchId, limit, NOW),
    ({ rotationSteps }) => rotationSteps.take(batchId, "new", NOW),
    ({ rotationSteps }) => rotationSteps.adoptLiveJob(taken),
    ({ rotationSteps }) => rotationSteps.putBack(taken),
    ({ rotationSteps }) => rotationSteps.finish(batchId, NOW),
    ({ rotationBatches }) => rotationBatches.find(batchId),
    ({ rotationBatches }) => rotationBatches.retryFailed(batchId, limit, NOW),
    ({ rotationBatches }) => rotationBatches.items(batchId, { state: "PENDING", after: null, limit }),
    ({ rotationBatches }) =>
      rotationBatches.items(batchId, { state: null, after: { videoPostId, fileIndex: 0 }, limit }),
    ({ rotationBatches }) => rotationBatches.preview({}, { after: { videoPostId, fileIndex: 0 }, limit }),
    ({ rotationBatches }) => rotationBatches.preview({ videoPostId }, { after: null, limit }),
  ],
  "content keys": [
    ({ contentKeys }) => contentKeys.find({ videoPostId, fileIndex: 0, quality: "480p", keyVersion: 1 }),
    ({ contentKeys }) => contentKeys.list({ videoPostId, fileIndex: 0 }),
    ({ contentKeys }) => contentKeys.deleteEnded(NOW, limit),
  ],
  "wrapped keys": [
    ({ wrappings }) => wrappings.countOthers("k1"),
    ({ wrappings }) => wrappings.listUnder({ kekId: "k1", kind: "content", after: { keyId: "key-2-1" }, limit }),
    ({ wrappings }) => wrappings.listUnder({ kekId: "k1", kind: "single-key", after: null, limit }),
    ({ wrappings }) =>
      wrappings.listUnder({ kekId: "k1", kind: "source-url", after: { videoPostId, fileIndex: 0 }, limit }),
    ({ wrappings }) => wrappings.replace("content", [{ old: key, wrapped: { wrappedKey: "w", kekId: "k1" } }]),
  ],
};

const JOB_PAGES = eachOf({ videoPostId, state: "SUCCEEDED" as const, kind: "ENCRYPT" as const }).flatMap((filter) =>
  [null, jobId].map(
    (before): Use =>
      ({ jobs }) =>
        jobs.page({ filter, before, limit }),
  ),
);

/** A page looks at no more jobs than these, whatever its filters; the other statements at what they return or change. */
const PAGE_ROWS = 1100;
const FEW_ROWS = 900;

describe.skipIf(inject("postgresNewest") === "")(`a statement on jobs and keys of ${PARTS} parts`, async () => {
  const { url, open } = await openTestDatabase(inject("postgresNewest"));
  const clients = pooledClients({ connectionString: url, application_name: "test", max: 1 }, () => {});

  it("reads no table whole, and few rows", async () => {
    await open();
    await withOneClient({ connectionString: url, application_name: "test" }, fillLibrary);
    const costs = new Map<string, unknown>();
    const check = async (name: string, uses: readonly Use[], atMost: number) => {
      for (const [n, use] of uses.entries()) {
        const all = await costsOf(clients.connect, use);
        expect(all.length).toBeGreaterThan(0);
        const odd = all.filter(({ rowsRead }) => rowsRead > atMost);
        if (odd.length > 0) costs.set(`${name} ${n}`, odd);
      }
    };
    for (const [name, uses] of Object.entries(USES)) await check(name, uses, FEW_ROWS);
    await check("pages of jobs", JOB_PAGES, PAGE_ROWS);
    await clients.end();
    expect(Object.fromEntries(costs)).toEqual({});
  });
});
