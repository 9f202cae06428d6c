import { beforeEach, describe, expect, it } from "vitest";
import { contentKeysSchema } from "../../../shared/application/protocols/job-protocol.ts";
import { secretId } from "../../../shared/lib/random-id.ts";
import { database } from "../support/inspection.ts";
import { emptyQueue } from "../support/one-job.ts";
import {
  call,
  claim,
  createPost,
  encryptPost,
  publishPost,
  report,
  transcodeReport,
  tryClaim,
} from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

let worker: TestWorker;

beforeEach(async () => {
  worker = startWorker();
  await emptyQueue();
});

const LEASE_MS = 60_000;

async function post(videoPostId: string): Promise<{ status: string; files: Record<string, unknown>[] }> {
  return (await worker.admin("GET", `/api/v2/video-posts/${videoPostId}`)).json();
}

async function statusOf(order: { jobId: string }): Promise<string> {
  return (await worker.context.jobs.find(order.jobId))!.state;
}

describe("a claim", () => {
  it("needs the processors' secret", async () => {
    const body = JSON.stringify({ leaseToken: secretId(), owner: "x" });
    const ask = (headers: HeadersInit) => worker.fetch("/internal/jobs/claim", { method: "POST", body, headers });
    expect((await ask({})).status).toBe(401);
    expect((await ask({ authorization: `Bearer ${testEnv.ADMIN_API_KEY}` })).status).toBe(401);
    expect((await ask({ authorization: `Bearer ${testEnv.PROCESSOR_TOKEN}` })).status).toBe(204);
  });

  it("returns the same job after a lost reply, without counting another attempt", async () => {
    await createPost(worker);
    const token = secretId();
    const first = await claim(worker, undefined, token);
    const second = await claim(worker, undefined, token);
    expect([second.jobId, second.claimNo, second.attempt]).toEqual([first.jobId, 1, 1]);
  });

  it("gives each of 10 processors another of 10 jobs", async () => {
    for (let n = 0; n < 10; n++) await createPost(worker);
    const orders = await Promise.all(Array.from({ length: 15 }, () => tryClaim(worker)));
    const claimed = orders.filter((order) => order !== null).map((order) => order.jobId);
    expect(claimed).toHaveLength(10);
    expect(new Set(claimed).size).toBe(10);
  });

  it("refuses a lease token that could be guessed", async () => {
    const response = await worker.fetch("/internal/jobs/claim", {
      method: "POST",
      headers: { authorization: `Bearer ${testEnv.PROCESSOR_TOKEN}` },
      body: JSON.stringify({ leaseToken: "1", owner: "x" }),
    });
    expect(response.status).toBe(422);
  });
});

describe("a work order's credential", () => {
  it("is good for its own job alone", async () => {
    await createPost(worker);
    await createPost(worker);
    const [mine, other] = [await claim(worker), await claim(worker)];
    const response = await call(worker, { ...other, credential: mine.credential }, "heartbeat", {
      stage: "PROBING",
      percent: 0,
    });
    expect(response.status).toBe(403);
  });

  it("is not replaced by the processors' secret, nor by a playback token", async () => {
    const published = await publishPost(worker);
    const { token } = (await (
      await worker.admin("POST", "/admin/video/enc/token", { videoPostId: published.videoPostId, fileIndex: 0 })
    ).json()) as { token: string };
    await createPost(worker);
    const order = await claim(worker);
    for (const credential of [testEnv.PROCESSOR_TOKEN!, testEnv.ADMIN_API_KEY!, token]) {
      expect((await call(worker, { ...order, credential }, "release")).status).toBe(401);
    }
  });

  it("ends with the lease: a holder that lost it changes nothing", async () => {
    const videoPostId = await createPost(worker);
    const lost = await claim(worker, videoPostId);
    worker.advance(LEASE_MS + 1000);
    await worker.fetch("/internal/jobs/scan", {
      method: "POST",
      headers: { authorization: `Bearer ${testEnv.PROCESSOR_TOKEN}` },
    });
    const holder = await claim(worker, videoPostId);
    expect([holder.jobId, holder.claimNo, holder.attempt]).toEqual([lost.jobId, 2, 2]);
    for (const [step, body] of [
      ["heartbeat", { stage: "ENCODING", percent: 50 }],
      ["transcode-result", transcodeReport(["360p"])],
      ["fail", { reason: "It broke.", permanent: true }],
      ["release", {}],
      ["keys", {}],
      ["cancelled", {}],
    ] as const) {
      expect([step, (await call(worker, lost, step, body)).status]).toEqual([step, 409]);
    }
    await report(worker, holder, "transcode-result", transcodeReport(["720p", "360p"]));
    expect((await post(videoPostId)).files[0]!.transferResult).toBe("SUCCESS");
  });
});

describe("a result", () => {
  it("may be sent twice, when the first reply was lost", async () => {
    const videoPostId = await createPost(worker);
    const order = await claim(worker, videoPostId);
    const body = transcodeReport(["360p"]);
    const answers = [
      await call(worker, order, "transcode-result", body),
      await call(worker, order, "transcode-result", body),
    ];
    const jobs = await worker.context.jobs.list({ videoPostId, limit: 10 });
    expect(jobs.map(({ kind, state }) => `${kind} ${state}`)).toEqual(["ENCRYPT QUEUED", "TRANSCODE SUCCEEDED"]);
    const named = [200, { encryptJobId: jobs[0]!.jobId }];
    expect(await Promise.all(answers.map(async (answer) => [answer.status, await answer.json()]))).toEqual([
      named,
      named,
    ]);
  });

  it("is discarded if the job was cancelled meanwhile", async () => {
    const videoPostId = await createPost(worker);
    const order = await claim(worker, videoPostId);
    expect((await worker.admin("POST", `/api/v2/jobs/${order.jobId}/cancel`)).status).toBe(202);
    expect(await (await call(worker, order, "heartbeat", { stage: "ENCODING", percent: 1 })).json()).toEqual({
      cancel: true,
    });
    expect((await call(worker, order, "transcode-result", transcodeReport(["360p"]))).status).toBe(409);
    expect((await call(worker, order, "cancelled")).status).toBe(204);
    expect(await statusOf(order)).toBe("CANCELLED");
    expect((await post(videoPostId)).files[0]!.transferResult).toBe("CANCELLED");
  });

  it("is refused with qualities that were not requested, and leaves the job running", async () => {
    const videoPostId = await createPost(worker);
    await report(worker, await claim(worker, videoPostId), "transcode-result", transcodeReport(["720p", "360p"]));
    const order = await claim(worker, videoPostId);
    const keys = contentKeysSchema.parse(await (await call(worker, order, "keys")).json());
    const variants = transcodeReport(["360p"]).variants;
    expect((await call(worker, order, "encrypt-result", { keyVersion: keys.keyVersion, variants })).status).toBe(422);
    expect(
      (
        await call(worker, order, "encrypt-result", {
          keyVersion: 7,
          variants: transcodeReport(["720p", "360p"]).variants,
        })
      ).status,
    ).toBe(422);
    expect(await statusOf(order)).toBe("RUNNING");
  });
});

describe("a result of the other kind of job", () => {
  it("is refused, and leaves the job and the part as they were", async () => {
    const videoPostId = await createPost(worker);
    const transcode = await claim(worker, videoPostId);
    const encrypted = { keyVersion: 1, variants: transcodeReport(["360p"]).variants };
    expect((await call(worker, transcode, "encrypt-result", encrypted)).status).toBe(409);
    expect(await statusOf(transcode)).toBe("RUNNING");
    await report(worker, transcode, "transcode-result", transcodeReport(["720p", "360p"]));
    const encrypt = await claim(worker, videoPostId);
    const before = await post(videoPostId);
    expect((await call(worker, encrypt, "transcode-result", transcodeReport(["360p"]))).status).toBe(409);
    expect(await statusOf(encrypt)).toBe("RUNNING");
    expect(await post(videoPostId)).toEqual(before);
  });
});

describe("keys", () => {
  it("are given again, unchanged, to the next holder of the same encryption", async () => {
    const videoPostId = await createPost(worker);
    await report(worker, await claim(worker, videoPostId), "transcode-result", transcodeReport(["720p", "360p"]));
    const first = await claim(worker, videoPostId);
    const before = contentKeysSchema.parse(await (await call(worker, first, "keys")).json());
    worker.advance(LEASE_MS + 1000);
    await worker.context.jobs.requeueDue(worker.context.now());
    const second = await claim(worker, videoPostId);
    const after = contentKeysSchema.parse(await (await call(worker, second, "keys")).json());
    expect(after.keys).toEqual(before.keys);
    expect(after.keyVersion).toBe(before.keyVersion);
    expect(after.encryptedPrefix).not.toBe(before.encryptedPrefix);
  });

  it("are given for ENCRYPT jobs alone", async () => {
    await createPost(worker);
    expect((await call(worker, await claim(worker), "keys")).status).toBe(409);
  });

  it("are stored wrapped", async () => {
    const { keys } = (await publishPost(worker)).keys;
    const stored = JSON.stringify(await database.rows("video_hls_encrypt_key"));
    for (const { key } of keys) expect(stored).not.toContain(key);
  });
});

describe("a failure", () => {
  it("waits and is tried again, and no more often than allowed", async () => {
    const videoPostId = await createPost(worker);
    const outcomes: unknown[] = [];
    for (let attempt = 1; attempt <= 5; attempt++) {
      const order = await claim(worker, videoPostId);
      const reply = await call(worker, order, "fail", { reason: "The network went away.", permanent: false });
      outcomes.push(((await reply.json()) as { outcome: string }).outcome);
      worker.advance(31 * 60_000);
      await worker.context.jobs.requeueDue(worker.context.now());
    }
    expect(outcomes).toEqual(["retry", "retry", "retry", "retry", "failed"]);
    const failed = await post(videoPostId);
    expect([failed.status, failed.files[0]!.failReason]).toEqual(["TRANSCODE_FAILED", "The network went away."]);
    expect(await tryClaim(worker)).toBeNull();
  });

  it("ends the job at the first attempt if it is permanent", async () => {
    const videoPostId = await createPost(worker);
    await call(worker, await claim(worker, videoPostId), "fail", { reason: "This is a text.", permanent: true });
    expect((await post(videoPostId)).status).toBe("TRANSCODE_FAILED");
  });

  it("ends the job too if its processors died in every attempt", async () => {
    const videoPostId = await createPost(worker);
    for (let attempt = 1; attempt <= 5; attempt++) {
      await claim(worker, videoPostId);
      worker.advance(LEASE_MS + 1000);
      await worker.fetch("/internal/jobs/scan", {
        method: "POST",
        headers: { authorization: `Bearer ${testEnv.PROCESSOR_TOKEN}` },
      });
    }
    const failed = await post(videoPostId);
    expect(failed.status).toBe("TRANSCODE_FAILED");
    expect(failed.files[0]!.failReason).toMatch(/stopped answering/);
  });
});

describe("a clean stop", () => {
  it("returns the attempt, and never the claim number", async () => {
    const videoPostId = await createPost(worker);
    const first = await claim(worker, videoPostId);
    expect((await call(worker, first, "release")).status).toBe(204);
    const second = await claim(worker, videoPostId);
    expect([second.attempt, second.claimNo]).toEqual([1, 2]);
  });
});

describe("an editor's change of the title during a job", () => {
  it("does not move what the job has written", async () => {
    const videoPostId = await createPost(worker, { title: "Working title" });
    const order = await claim(worker, videoPostId);
    await worker.admin("PATCH", `/api/v2/video-posts/${videoPostId}`, { title: "The final title" });
    await report(worker, order, "transcode-result", transcodeReport(["360p"]));
    const keys = await encryptPost(worker, videoPostId);
    const file = (await worker.context.posts.load(videoPostId))!.files[0]!;
    expect(file.clear!.prefix).toBe(`working-title/${order.jobId}/c1/`);
    expect(file.playing!.prefix).toBe(keys.encryptedPrefix);
    expect(keys.encryptedPrefix).toBe(`working-title/${order.jobId}/enc/k1-c1/`);
  });
});

describe("deleting a post", () => {
  it("cancels its jobs and removes its objects from both buckets", async () => {
    const published = await publishPost(worker, { title: "To be deleted" });
    const prefix = published.keys.encryptedPrefix;
    expect((await testEnv.PLAYBACK.list({ prefix })).objects.length).toBeGreaterThan(0);
    const waiting = await createPost(worker);
    expect((await worker.admin("DELETE", `/api/v2/video-posts/${waiting}`)).status).toBe(200);
    expect(await tryClaim(worker)).toBeNull();
    expect((await worker.admin("DELETE", `/api/v2/video-posts/${published.videoPostId}`)).status).toBe(200);
    await worker.settled();
    await expect.poll(async () => (await testEnv.PLAYBACK.list({ prefix })).objects.length).toBe(0);
    expect((await testEnv.SOURCE.list({ prefix })).objects).toHaveLength(0);
  });
});
