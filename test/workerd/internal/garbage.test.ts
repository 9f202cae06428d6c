import { beforeEach, describe, expect, it } from "vitest";
import {
  deletedPrefixesSchema,
  prefixUsesSchema,
  type WorkOrder,
} from "../../../shared/application/protocols/job-protocol.ts";
import { secretId } from "../../../shared/lib/random-id.ts";
import { database } from "../support/inspection.ts";
import { addJob, claimed, emptyQueue, fail, newestJob, onlyPart, PROCESSOR } from "../support/one-job.ts";
import {
  call,
  claim,
  createPost,
  encryptPost,
  publishPost,
  report,
  transcodeReport,
} from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

let worker: TestWorker;

beforeEach(async () => {
  worker = startWorker();
  await emptyQueue();
});

function ask(
  route: "check" | "delete",
  prefixes: readonly string[],
  headers: HeadersInit = PROCESSOR,
): Promise<Response> {
  return worker.fetch(`/internal/garbage/${route}`, { method: "POST", headers, body: JSON.stringify({ prefixes }) });
}

async function classifyPrefixes(...prefixes: string[]) {
  return prefixUsesSchema.parse(await (await ask("check", prefixes)).json()).uses;
}

async function deletePrefixes(...prefixes: string[]): Promise<string[]> {
  return deletedPrefixesSchema.parse(await (await ask("delete", prefixes)).json()).deleted;
}

async function put(bucket: R2Bucket, prefix: string): Promise<void> {
  await bucket.put(`${prefix}360p/seg_00001.ts`, "something");
}

async function keysIn(bucket: R2Bucket, prefix: string): Promise<number> {
  return (await bucket.list({ prefix })).objects.length;
}

const gone = (bucket: R2Bucket, prefix: string) => expect.poll(() => keysIn(bucket, prefix)).toBe(0);

/** A second encryption of what plays, as a rotation makes it. */
async function encryptAgain(videoPostId: string): Promise<void> {
  // What follows the publication may save the post as well.
  await worker.settled();
  await addJob(worker, videoPostId, { jobId: crypto.randomUUID(), kind: "ENCRYPT" });
  await encryptPost(worker, videoPostId);
}

describe("a stored prefix", () => {
  it("is named while a part that was not deleted points to it", async () => {
    const { videoPostId } = await publishPost(worker);
    const { clear, playing } = await onlyPart(worker, videoPostId);
    expect(await classifyPrefixes(clear!.prefix, playing!.prefix)).toEqual(["named", "named"]);
    await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`);
    expect(await classifyPrefixes(clear!.prefix, playing!.prefix)).toEqual(["garbage", "garbage"]);
  });

  it("is live while any job of its part has not ended, and garbage when no pointer names it after that", async () => {
    const videoPostId = await createPost(worker);
    const first = await claim(worker, videoPostId);
    const waste = [`a-film/${first.jobId}/c1/`, `a-film/${first.jobId}/enc/k1-c1/`];
    expect(await classifyPrefixes(...waste)).toEqual(["live", "live"]);
    await fail(worker, first, false);
    expect(await classifyPrefixes(...waste)).toEqual(["live", "live"]);
    worker.advance(60_000);
    await report(worker, await claimed(worker, first.jobId), "transcode-result", transcodeReport(["360p"]));
    // Now the ENCRYPT job waits.
    expect(await classifyPrefixes(...waste)).toEqual(["live", "live"]);
    await encryptPost(worker, videoPostId);
    expect(await classifyPrefixes(...waste, `a-film/${first.jobId}/c2/`)).toEqual(["garbage", "named", "named"]);
  });

  it("is garbage after a failed job, except the clear renditions that a retry starts from", async () => {
    const videoPostId = await createPost(worker);
    const transcode = await claim(worker, videoPostId);
    await report(worker, transcode, "transcode-result", transcodeReport(["360p"]));
    const encrypt = await claim(worker, videoPostId);
    await call(worker, encrypt, "keys");
    await fail(worker, encrypt);
    expect(await classifyPrefixes(`a-film/${transcode.jobId}/c1/`, `a-film/${transcode.jobId}/enc/k1-c1/`)).toEqual([
      "named",
      "garbage",
    ]);
  });

  it("stays after a rotation while its keys are served", async () => {
    const { videoPostId } = await publishPost(worker);
    const old = (await onlyPart(worker, videoPostId)).playing!.prefix;
    await encryptAgain(videoPostId);
    const current = (await onlyPart(worker, videoPostId)).playing!.prefix;
    expect(await classifyPrefixes(old, current)).toEqual(["retiring", "named"]);
    worker.advance(6 * 3600_000 - 60_000);
    expect(await classifyPrefixes(old, current)).toEqual(["retiring", "named"]);
    worker.advance(120_000);
    expect(await classifyPrefixes(old, current)).toEqual(["garbage", "named"]);
  });

  it("is named, for an upload, while its row exists", async () => {
    const id = secretId();
    const prefix = `uploads/${id}/`;
    expect(await classifyPrefixes(prefix)).toEqual(["garbage"]);
    await database.insert("upload_session", {
      ...{ upload_id: id, owner: "admin", offset: 0, temp_path: prefix, state: "OPEN", metadata: "{}" },
      ...{ expires_at: 1, created_at: 1 },
    });
    expect(await classifyPrefixes(prefix)).toEqual(["named"]);
  });

  it("is unknown if this database never had its job, or if it is of another layout", async () => {
    const job = crypto.randomUUID();
    const odd = ["backup/2026/", "a-film/", `a-film/${job}/`, `a-film/${job}/c1`, `a-film/${job}/c1/360p/`, "uploads/"];
    expect(await classifyPrefixes(`a-film/${job}/c1/`, `a-film/${job}/enc/k1-c1/`)).toEqual(["unknown", "unknown"]);
    expect(new Set(await classifyPrefixes(...odd))).toEqual(new Set(["unknown"]));
  });

  it("is checked together with 200 others in one request, in their order", async () => {
    const { videoPostId } = await publishPost(worker);
    const { clear } = await onlyPart(worker, videoPostId);
    const others = Array.from({ length: 199 }, () => `uploads/${secretId()}/`);
    const uses = await classifyPrefixes(...others.slice(0, 100), clear!.prefix, ...others.slice(100));
    expect(uses.map((use, index) => (use === "named" ? index : -1)).filter((index) => index >= 0)).toEqual([100]);
    expect((await ask("check", [...others, "a", "b"])).status).toBe(422);
  });
});

describe("deleting prefixes", () => {
  it("checks again, and removes from both buckets what is garbage at that moment", async () => {
    const { videoPostId } = await publishPost(worker);
    const { clear, playing } = await onlyPart(worker, videoPostId);
    const waste = clear!.prefix.replace("/c1/", "/enc/k1-c7/");
    for (const prefix of [waste, playing!.prefix]) {
      await put(testEnv.SOURCE, prefix);
      await put(testEnv.PLAYBACK, prefix);
    }
    const unknown = `a-film/${crypto.randomUUID()}/c1/`;
    await put(testEnv.SOURCE, unknown);
    const kept = await keysIn(testEnv.PLAYBACK, playing!.prefix);
    expect(await deletePrefixes(playing!.prefix, waste, clear!.prefix, unknown)).toEqual([waste]);
    await gone(testEnv.SOURCE, waste);
    await gone(testEnv.PLAYBACK, waste);
    expect(await keysIn(testEnv.PLAYBACK, playing!.prefix)).toBe(kept);
    expect(await keysIn(testEnv.SOURCE, unknown)).toBe(1);
  });

  it("never reaches a post that is titled like a folder of this layout", async () => {
    for (const title of ["Uploads", "Imports", "enc", "c1"]) {
      const { videoPostId } = await publishPost(worker, { title });
      const { clear, playing } = await onlyPart(worker, videoPostId);
      await put(testEnv.SOURCE, clear!.prefix);
      const folders = clear!.prefix.split("/").slice(0, 2);
      const above = [`${folders[0]}/`, `${folders.join("/")}/`, `${folders.join("/")}/enc/`];
      const inside = [`${clear!.prefix}360p/`, `${playing!.prefix}1080p/`, clear!.prefix.slice(0, -1)];
      expect(await deletePrefixes(...above, ...inside, clear!.prefix, playing!.prefix)).toEqual([]);
      expect(await keysIn(testEnv.SOURCE, clear!.prefix)).toBe(1);
      expect(await keysIn(testEnv.PLAYBACK, playing!.prefix)).toBeGreaterThan(0);
    }
  });

  it("keeps an upload whose session is gone while a part still has to be made of it", async () => {
    const videoPostId = await createPost(worker);
    const uploadId = secretId();
    await database.change("video_file_post", { upload_id: uploadId, source_url: null }, { video_id: videoPostId });
    expect(await classifyPrefixes(`uploads/${uploadId}/`)).toEqual(["named"]);
    await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`);
    expect(await classifyPrefixes(`uploads/${uploadId}/`)).toEqual(["garbage"]);
  });

  it("is for processors, and so is checking", async () => {
    for (const route of ["check", "delete"] as const) {
      expect((await ask(route, [], {})).status).toBe(401);
      expect((await ask(route, [], { authorization: `Bearer ${testEnv.ADMIN_API_KEY}` })).status).toBe(401);
    }
  });
});

describe("the objects of a claim", () => {
  const TIMEOUT = { timeout: 120_000 };

  async function transcoding(): Promise<{ videoPostId: string; order: WorkOrder; prefix: string }> {
    const videoPostId = await createPost(worker);
    const order = await claim(worker, videoPostId);
    const prefix = `a-film/${order.jobId}/c${order.claimNo}/`;
    await put(testEnv.SOURCE, prefix);
    return { videoPostId, order, prefix };
  }

  it("are deleted when its holder acknowledges a cancellation", TIMEOUT, async () => {
    const { order, prefix } = await transcoding();
    await worker.admin("POST", `/api/v2/jobs/${order.jobId}/cancel`);
    expect((await call(worker, order, "transcode-result", transcodeReport(["360p"]))).status).toBe(409);
    await report(worker, order, "cancelled", {});
    await gone(testEnv.SOURCE, prefix);
  });

  it("are deleted when it fails, transiently or permanently, and when it is released", TIMEOUT, async () => {
    const { order, prefix } = await transcoding();
    await fail(worker, order, false);
    worker.advance(60_000);
    const second = await claimed(worker, order.jobId);
    const next = `a-film/${order.jobId}/c2/`;
    await put(testEnv.SOURCE, next);
    await report(worker, second, "release", {});
    const third = await claimed(worker, order.jobId);
    const last = `a-film/${order.jobId}/c3/`;
    await put(testEnv.SOURCE, last);
    await fail(worker, third);
    await worker.settled();
    for (const each of [prefix, next, last]) await gone(testEnv.SOURCE, each);
  });

  it.each(["cancelled", "deleted"])("are deleted from both buckets when the encryption is %s", TIMEOUT, async (how) => {
    const { videoPostId, order: transcode, prefix: clear } = await transcoding();
    await report(worker, transcode, "transcode-result", transcodeReport(["360p"]));
    const order = await claim(worker, videoPostId);
    await call(worker, order, "keys");
    const prefix = `a-film/${transcode.jobId}/enc/k1-c1/`;
    await put(testEnv.SOURCE, prefix);
    await put(testEnv.PLAYBACK, prefix);
    if (how === "cancelled") await worker.admin("POST", `/api/v2/jobs/${order.jobId}/cancel`);
    else await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`);
    await report(worker, order, "cancelled", {});
    await gone(testEnv.SOURCE, prefix);
    await gone(testEnv.PLAYBACK, prefix);
    // What it was made from goes with its post alone.
    await expect.poll(() => keysIn(testEnv.SOURCE, clear)).toBe(how === "cancelled" ? 1 : 0);
  });

  it("stay when its lease was lost: another may hold the job, and the garbage collection finds them", async () => {
    const { order, prefix } = await transcoding();
    worker.advance(61_000);
    await claimed(worker, order.jobId);
    expect((await call(worker, order, "fail", { reason: "Late.", permanent: true })).status).toBe(409);
    expect((await call(worker, order, "release")).status).toBe(409);
    await worker.settled();
    expect(await keysIn(testEnv.SOURCE, prefix)).toBe(1);
    expect(await newestJob(worker, (await worker.context.jobs.find(order.jobId))!.videoPostId)).toBe(order.jobId);
  });
});
