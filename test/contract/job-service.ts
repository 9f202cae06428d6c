import { beforeEach, describe, expect, it } from "vitest";
import { cancelJob } from "../../shared/application/commands/cancel-job.ts";
import type { JobService, UnreadableOrder } from "../../shared/application/job-service/job-service.ts";
import type { Persistence } from "../../shared/application/persistence.ts";
import type { HeldJob, Progress, WorkOrder } from "../../shared/application/protocols/job-protocol.ts";
import type { TranscodeJob } from "../../shared/domain/job/transcode-job.ts";
import type { VideoPost } from "../../shared/domain/post/video-post.ts";
import { secretId, uuidV7 } from "../../shared/lib/random-id.ts";
import { LADDER, LEASE_MS, onlyPart, reload, savePost, variantOf } from "./steps.ts";

/** A job service over an empty database, with what its holders cannot see. */
export type JobServiceTest = {
  readonly service: JobService;
  readonly persistence: Persistence;
  now(): number;
  advance(ms: number): void;
  /** Waits for the work that calls have left for later. */
  settled(): Promise<void>;
  /** Prefixes whose objects are to be deleted. */
  deleted(): readonly string[];
  liveProgress(claim: { readonly jobId: string; readonly claimNo: number }): Promise<Progress | null>;
};

export type OpenJobService = () => Promise<JobServiceTest>;

const UPLOAD_BYTES = 1000;
const REPORT = {
  durationSeconds: 18,
  probe: { container: "mp4", headerDuration: 18, video: null, audio: null },
  warnings: [],
  variants: LADDER.map(variantOf),
};
const PROGRESS: Progress = { stage: "ENCODING", percent: 40, fps: 25 };
const FAILURE = { reason: "The network is down.", permanent: false };

/** Both implementations of the job service run this suite: the one in process, and the HTTP client of a Worker. */
export function describeJobService(name: string, open: OpenJobService): void {
  describe(`${name}: the job service`, () => {
    let test: JobServiceTest;
    let service: JobService;
    let persistence: Persistence;
    beforeEach(async () => {
      test = await open();
      ({ service, persistence } = test);
    });

    describe("a claim", () => {
      it("gives everything that the work needs, under its own prefix", async () => {
        const { post, order } = await transcoding();
        const { source } = onlyPart(post);
        if (order.kind !== "TRANSCODE" || source.kind !== "upload") throw new Error(order.kind);
        expect(order).toMatchObject({ resourceType: "VIDEO", fileName: "part-0.mp4", attempt: 1, leaseMs: LEASE_MS });
        const prefix = `uploads/${source.uploadId}/`;
        expect(order.source).toEqual({ kind: "upload", prefix, size: UPLOAD_BYTES });
        expect(order.clearPrefix).toBe(`a-film/${order.jobId}/c1/`);
      });

      it("gives the same job for the same lease token, and null when nothing is due", async () => {
        const leaseToken = secretId();
        const { order } = await transcoding({ leaseToken });
        const again = await service.claim({ leaseToken, owner: "tester" });
        expect(again).toMatchObject({ jobId: order.jobId, claimNo: 1, attempt: 1 });
        expect(await service.claim({ leaseToken: secretId(), owner: "tester" })).toBeNull();
      });

      it("takes only jobs of the kinds that it names", async () => {
        await waitingPost();
        const kinds = ["ENCRYPT" as const];
        expect(await service.claim({ leaseToken: secretId(), owner: "tester", kinds })).toBeNull();
      });

      it("ends a job that no processor could work on, with a reason that says what to do", async () => {
        const post = await savePost(test.persistence, { now: test.now() });
        expect(await service.claim({ leaseToken: secretId(), owner: "tester" })).toBeNull();
        const [job] = await persistence.jobs.list({ videoPostId: post.id, limit: 1 });
        expect(job).toMatchObject({
          state: "FAILED",
          failCode: "upload-gone",
          failReason: expect.stringContaining("Upload it again"),
        });
      });
    });

    describe("a claim of one job", () => {
      const claimOne = (jobId: string, leaseToken = secretId()) =>
        service.claimOne(jobId, { leaseToken, owner: "container" });

      it("gives its order, and the same again for the same lease token", async () => {
        const jobId = await jobOf(await waitingPost());
        const leaseToken = secretId();
        expect(await claimOne(jobId, leaseToken)).toMatchObject({ outcome: "claimed", order: { jobId, claimNo: 1 } });
        expect(await claimOne(jobId, leaseToken)).toMatchObject({ outcome: "claimed", order: { jobId, claimNo: 1 } });
        const at = test.now() + LEASE_MS;
        const other = await claimOne(jobId);
        expect(other).toMatchObject({ outcome: "later", because: "leased" });
        expect(other.outcome === "later" && Math.abs(other.at - at)).toBeLessThan(5000);
      });

      it("says when a waiting job is due, how an ended one ended, and what is unknown", async () => {
        const { order } = await transcoding();
        await service.fail(order, FAILURE);
        expect(await claimOne(order.jobId)).toMatchObject({ outcome: "later", because: "waiting" });
        await cancelJob(persistence, order.jobId, "tester", test.now());
        const ended = { outcome: "ended", state: "CANCELLED", failReason: FAILURE.reason };
        expect(await claimOne(order.jobId)).toMatchObject({ ...ended, failReason: expect.anything() });
        expect(await claimOne(uuidV7(test.now()))).toEqual({ outcome: "unknown" });
      });
    });

    describe("a held job", () => {
      type Step = readonly [name: string, call: (held: HeldJob) => Promise<{ readonly kind: string }>];
      const steps: readonly Step[] = [
        ["heartbeat", (held) => service.heartbeat(held, PROGRESS)],
        ["progress", (held) => service.progress(held, PROGRESS)],
        ["keys", (held) => service.keys(held)],
        ["recordTranscode", (held) => service.recordTranscode(held, REPORT)],
        ["recordEncrypt", (held) => service.recordEncrypt(held, { keyVersion: 1, variants: REPORT.variants })],
        ["fail", (held) => service.fail(held, FAILURE)],
        ["release", (held) => service.release(held)],
        ["acknowledgeCancel", (held) => service.acknowledgeCancel(held)],
      ];

      it("belongs to its credential alone, and nothing changes for others", async () => {
        const { order } = await transcoding();
        const { order: other } = await transcoding();
        for (const [step, call] of steps) {
          const invented = await call({ jobId: order.jobId, credential: "invented" });
          expect([step, invented]).toMatchObject([step, { kind: "refused", code: "credentials-invalid" }]);
          const borrowed = await call({ jobId: order.jobId, credential: other.credential });
          expect([step, borrowed]).toMatchObject([step, { kind: "refused", code: "not-allowed" }]);
        }
        await test.settled();
        expect(await stateOf(order)).toMatchObject({ state: "RUNNING", stage: null });
        expect(test.deleted()).toEqual([]);
      });

      it("is lost once another claim holds it: every call is refused and nothing changes", async () => {
        const { order: lost } = await transcoding();
        test.advance(LEASE_MS + 1000);
        expect(await service.scan()).toMatchObject({ requeued: 1 });
        const holder = await claimed();
        expect(holder).toMatchObject({ jobId: lost.jobId, claimNo: 2, attempt: 2 });
        // Progress reads no database: it is refused once the holder has reported its own.
        for (const [step, call] of steps.filter(([name]) => name !== "progress")) {
          expect([step, await call(lost)]).toMatchObject([step, { kind: "refused", code: "lease-lost" }]);
        }
        await test.settled();
        expect(await stateOf(holder)).toMatchObject({ state: "RUNNING", claimNo: 2, stage: null });
        expect(test.deleted()).toEqual([]);
      });

      it("keeps its lease by heartbeats, and learns from them that it was cancelled", async () => {
        const { order } = await transcoding();
        test.advance(LEASE_MS - 5000);
        expect(await service.heartbeat(order, PROGRESS)).toEqual({ kind: "done", value: { cancel: false } });
        test.advance(LEASE_MS - 5000);
        expect(await service.scan()).toMatchObject({ requeued: 0 });
        expect(await stateOf(order)).toMatchObject({ state: "RUNNING", stage: "ENCODING", progress: PROGRESS });
        await cancelJob(persistence, order.jobId, "tester", test.now());
        expect(await service.heartbeat(order, PROGRESS)).toEqual({ kind: "done", value: { cancel: true } });
      });

      it("shows its live progress, and none of a claim that it was taken from", async () => {
        const { order: lost } = await transcoding();
        expect(await service.progress(lost, PROGRESS)).toEqual({ kind: "done", value: null });
        expect(await test.liveProgress(lost)).toEqual(PROGRESS);
        test.advance(LEASE_MS + 1000);
        await service.scan();
        const holder = await claimed();
        expect(await test.liveProgress(holder)).toBeNull();
        const own = { ...PROGRESS, percent: 2 };
        expect(await service.progress(holder, own)).toEqual({ kind: "done", value: null });
        const late = await service.progress(lost, { ...PROGRESS, percent: 99 });
        expect(late).toMatchObject({ kind: "refused", code: "lease-lost" });
        expect(await test.liveProgress(holder)).toEqual(own);
      });
    });

    describe("a result", () => {
      it("records a transcode once, and succeeds again when its response was lost", async () => {
        const { post, order } = await transcoding();
        const replies = [await service.recordTranscode(order, REPORT), await service.recordTranscode(order, REPORT)];
        const jobs = await persistence.jobs.list({ videoPostId: post.id, limit: 10 });
        const encryptJobId = jobs.find(({ kind }) => kind === "ENCRYPT")?.jobId;
        expect(replies).toEqual([0, 1].map(() => ({ kind: "done", value: { encryptJobId } })));
        const states = jobs.map(({ kind, state }) => `${kind} ${state}`);
        expect(states.toSorted()).toEqual(["ENCRYPT QUEUED", "TRANSCODE SUCCEEDED"]);
        const { clear } = onlyPart(await reload(persistence, post.id));
        expect(clear).toEqual({ prefix: `a-film/${order.jobId}/c1/`, transcodeJobId: order.jobId });
      });

      it("names no encrypt job to a repeated transcode result when another claim holds the job", async () => {
        const { order } = await transcoding();
        await service.recordTranscode(order, { ...REPORT, followsUp: true });
        await claimed();
        const again = await service.recordTranscode(order, { ...REPORT, followsUp: true });
        expect(again).toEqual({ kind: "done", value: { encryptJobId: null } });
      });

      it("publishes an encryption under the job's keys, and succeeds again when its response was lost", async () => {
        const { post, order } = await encrypting();
        const keys = await keysOf(order);
        const report = { keyVersion: keys.keyVersion, variants: order.variants };
        for (let n = 0; n < 2; n++)
          expect(await service.recordEncrypt(order, report)).toEqual({ kind: "done", value: null });
        const part = onlyPart(await reload(persistence, post.id));
        expect(part.playing).toMatchObject({ prefix: keys.encryptedPrefix, keyVersion: keys.keyVersion });
        expect(part.keys.map(({ status }) => status)).toEqual(LADDER.map(() => "ACTIVE"));
      });

      it("is refused for the other kind of job, which continues", async () => {
        const { order } = await transcoding();
        const encrypted = { keyVersion: 1, variants: REPORT.variants };
        const wrong = { kind: "refused", code: "wrong-state", detail: "this is a transcode job" };
        expect(await service.recordEncrypt(order, encrypted)).toEqual(wrong);
        expect(await stateOf(order)).toMatchObject({ state: "RUNNING" });
        await service.recordTranscode(order, REPORT);
        const encrypt = await claimed();
        const reversed = { kind: "refused", code: "wrong-state", detail: "this is an encrypt job" };
        expect(await service.recordTranscode(encrypt, REPORT)).toEqual(reversed);
        expect(await stateOf(encrypt)).toMatchObject({ state: "RUNNING" });
      });

      it("is refused if it does not fit the job, which continues", async () => {
        const { order } = await encrypting();
        const { keyVersion } = await keysOf(order);
        const wrong = [
          { keyVersion: keyVersion + 1, variants: order.variants },
          { keyVersion, variants: order.variants.slice(1) },
        ];
        for (const report of wrong) {
          expect(await service.recordEncrypt(order, report)).toMatchObject({ kind: "refused", code: "invalid" });
        }
        expect(await stateOf(order)).toMatchObject({ state: "RUNNING" });
      });

      it("is refused for a cancelled job, whose objects are deleted", async () => {
        const { order } = await transcoding();
        await cancelJob(persistence, order.jobId, "tester", test.now());
        const refused = await service.recordTranscode(order, REPORT);
        expect(refused).toMatchObject({ kind: "refused", code: "lease-lost" });
        await test.settled();
        expect(test.deleted()).toContain(order.clearPrefix);
        expect(await service.acknowledgeCancel(order)).toEqual({ kind: "done", value: null });
        expect(await service.acknowledgeCancel(order)).toMatchObject({ kind: "refused", code: "lease-lost" });
      });
    });

    describe("content keys", () => {
      it("are the same for every claim of the job, under another prefix each", async () => {
        const { order: first } = await encrypting();
        const before = await keysOf(first);
        expect(await keysOf(first)).toEqual(before);
        expect(before.keys.map(({ quality }) => quality).toSorted()).toEqual([...LADDER].toSorted());
        test.advance(LEASE_MS + 1000);
        await service.scan();
        const second = await claimed();
        expect(second.jobId).toBe(first.jobId);
        const after = await keysOf(second);
        expect(after.keys).toEqual(before.keys);
        expect([before.encryptedPrefix, after.encryptedPrefix]).toEqual([
          expect.stringMatching(/\/enc\/k1-c1\/$/),
          expect.stringMatching(/\/enc\/k1-c2\/$/),
        ]);
      });

      it("are refused to a transcode job", async () => {
        const { order } = await transcoding();
        expect(await service.keys(order)).toMatchObject({ kind: "refused", code: "lease-lost" });
      });
    });

    describe("a job that ends without a result", () => {
      it("waits after a failure that may pass, and what the claim stored is deleted", async () => {
        const { order } = await transcoding();
        const outcome = await service.fail(order, FAILURE);
        if (outcome.kind !== "done") throw new Error(outcome.code);
        expect(outcome.value.outcome).toBe("retry");
        expect(outcome.value.runAfter).toBeGreaterThan(test.now() - 5000);
        expect(await stateOf(order)).toMatchObject({ state: "RETRY_WAIT", failReason: FAILURE.reason });
        await test.settled();
        expect(test.deleted()).toEqual([order.clearPrefix]);
      });

      it.each([
        ["one of the list", "disk-full", "disk-full"],
        ["none, as of an earlier release", undefined, "unclassified"],
        ["one of a later release", "source-on-fire", "unclassified"],
      ] as const)("records the code that a processor reports: %s", async (_, code, recorded) => {
        const { order } = await transcoding();
        await service.fail(order, { ...FAILURE, permanent: true, ...(code === undefined ? {} : { code }) });
        const job = await stateOf(order);
        expect(job).toMatchObject({ state: "FAILED", failCode: recorded, failReason: FAILURE.reason });
        const post = await persistence.posts.load(job!.videoPostId);
        expect(post?.files[0]).toMatchObject({ failCode: recorded, failReason: FAILURE.reason });
      });

      it("has failed for good where a retry cannot help, and when a verification fails twice alike", async () => {
        const failed = { kind: "done", value: { outcome: "failed", runAfter: null } };
        const { order: bad } = await transcoding();
        expect(await service.fail(bad, { ...FAILURE, permanent: true })).toEqual(failed);
        const { order: first } = await transcoding();
        const failure = { ...FAILURE, verification: true };
        expect(await service.fail(first, failure)).toMatchObject({ value: { outcome: "retry" } });
        test.advance(31 * 60_000);
        const again = await service.claimOne(first.jobId, { leaseToken: secretId(), owner: "tester" });
        if (again.outcome !== "claimed") throw new Error(again.outcome);
        expect(await service.fail(again.order, failure)).toEqual(failed);
        expect(await stateOf(first)).toMatchObject({ state: "FAILED", failReason: FAILURE.reason });
      });

      it("is requeued by a clean stop with its attempt and another claim number", async () => {
        const { order } = await transcoding();
        expect(await service.release(order)).toEqual({ kind: "done", value: null });
        const next = await claimed();
        expect(next).toMatchObject({ jobId: order.jobId, attempt: 1, claimNo: 2 });
        await test.settled();
        expect(test.deleted()).toEqual([order.clearPrefix]);
        expect(await service.release(order)).toMatchObject({ kind: "refused", code: "lease-lost" });
      });

      it("keeps what a pointer names: the clear renditions of a failed encryption", async () => {
        const { post, order } = await encrypting();
        const keys = await keysOf(order);
        await service.fail(order, FAILURE);
        await test.settled();
        expect(test.deleted()).toEqual([keys.encryptedPrefix]);
        expect(onlyPart(await reload(persistence, post.id)).clear).not.toBeNull();
      });
    });

    describe("stored prefixes", () => {
      it("are distinguished, and only garbage is deleted", async () => {
        const { order } = await encrypting();
        const waste = `uploads/${secretId()}/`;
        const unknown = `a-film/${uuidV7(test.now())}/c1/`;
        const asked = [order.clearPrefix, waste, unknown];
        expect(await service.usesOfPrefixes(asked)).toEqual(["named", "garbage", "unknown"]);
        expect(await service.deletePrefixes(asked)).toEqual([waste]);
        expect(test.deleted()).toEqual([waste]);
      });
    });

    it("does nothing for a caller that has gone", async () => {
      const { order } = await transcoding();
      const gone = AbortSignal.abort(new Error("the caller has gone"));
      const calls = [
        service.release(order, gone),
        service.recordTranscode(order, REPORT, gone),
        service.claim({ leaseToken: secretId(), owner: "tester" }, gone),
        service.scan(gone),
      ];
      for (const call of calls) await expect(call).rejects.toThrow("the caller has gone");
      expect(await stateOf(order)).toMatchObject({ state: "RUNNING" });
    });

    /** A post whose only part waits to be transcoded from a complete upload. */
    async function waitingPost(): Promise<VideoPost> {
      test.advance(1);
      const now = test.now();
      const post = await savePost(test.persistence, { now });
      const { source } = onlyPart(post);
      if (source.kind !== "upload") throw new Error("the part was not made of an upload");
      const { uploadId } = source;
      const rest = {
        owner: "editor",
        metadata: {},
        tokenId: null,
        maxDurationSeconds: null,
        ...{ multipartId: null, partSize: null },
        expiresAt: now + 3_600_000,
        createdAt: now,
      } as const;
      const bytes = { size: UPLOAD_BYTES, offset: UPLOAD_BYTES, state: "COMPLETE" } as const;
      await persistence.uploads.open({ ...rest, ...bytes, uploadId, tempPath: `uploads/${uploadId}/` });
      return post;
    }

    async function transcoding(more: { leaseToken?: string } = {}) {
      const post = await waitingPost();
      return { post, order: await claimed(more.leaseToken) };
    }

    async function encrypting() {
      const { post, order: transcode } = await transcoding();
      await service.recordTranscode(transcode, REPORT);
      const order = await claimed();
      if (order.kind !== "ENCRYPT") throw new Error(order.kind);
      await test.settled();
      return { post, order };
    }

    async function claimed(leaseToken = secretId()): Promise<WorkOrder> {
      const order: WorkOrder | UnreadableOrder | null = await service.claim({ leaseToken, owner: "tester" });
      if (order === null || order.kind === "UNREADABLE") throw new Error("no job is due");
      return order;
    }

    async function jobOf(post: VideoPost): Promise<string> {
      return (await persistence.jobs.list({ videoPostId: post.id, limit: 1 }))[0]!.jobId;
    }

    async function keysOf(held: HeldJob) {
      const outcome = await service.keys(held);
      if (outcome.kind !== "done") throw new Error(outcome.code);
      return outcome.value;
    }

    async function stateOf({ jobId }: HeldJob): Promise<TranscodeJob> {
      return (await persistence.jobs.find(jobId))!;
    }
  });
}
