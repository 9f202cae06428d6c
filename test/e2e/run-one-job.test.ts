import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf, type Job } from "../../client/index.ts";
import { createObjectStore, createS3Client } from "../../processor/adapters/object-store.ts";
import { commandLinesWith } from "../../scripts/dev/process-tree.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { type ProcessorProcess, startProcessor } from "./processor-process.ts";
import { type Stack, startStack } from "./stack.ts";
import { TEST_SECRETS } from "./test-secrets.ts";

/* One job, one container, exit: every way that `ladderlock run` can end, in a system where nothing else works on jobs. */

let directory: string;
let stack: Stack;
const clips = { short: "", long: "", text: "" };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ladderlock-run-"));
  // Longer than any test here: the tests run at the same time, and no lease or wait may end by itself meanwhile.
  const settings = { JOB_LEASE_SECONDS: "900", JOB_FIRST_BACKOFF_SECONDS: "900", JOB_LONGEST_BACKOFF_SECONDS: "900" };
  stack = await startStack({ processor: false, settings });
  for (const name of ["short", "long", "text"] as const) clips[name] = join(directory, `${name}.mp4`);
  await generateClip({ path: clips.short, size: "320x180", frameRate: "25", seconds: 2, sound: true });
  await generateClip({ path: clips.long, size: "640x360", frameRate: "25", seconds: 60, sound: false });
  await writeFile(clips.text, "This is a text, whatever its name says.\n".repeat(100));
});

afterAll(async () => {
  await stack?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function createPost(path: string): Promise<Job> {
  const upload = { uploadId: await stack.upload(path), fileName: "clip.mp4" };
  const post = { title: "One job", resourceType: "VIDEO", autoPublish: true, uploadFileList: [upload] } as const;
  const { files } = bodyOf(await stack.client.createVideoPost({ body: post }));
  return job(files[0]!.jobId);
}

const job = async (jobId: string) => bodyOf(await stack.client.getJob({ params: { jobId } }));

async function newestJob(videoPostId: string): Promise<Job> {
  return bodyOf(await stack.client.listJobs({ query: { videoPostId } })).jobs[0]!;
}

const postStatus = async (videoPostId: string) =>
  bodyOf(await stack.client.getVideoPost({ params: { videoPostId } })).status;

async function expectToPlay(videoPostId: string): Promise<void> {
  const { masterUrl } = await stack.token({ videoPostId, fileIndex: 0 });
  expect((await fetch(stack.origin + masterUrl)).status).toBe(200);
}

/** The exit code, and everything that was printed. What it leaves behind fails the test. */
async function ended(
  args: string[],
  settings: Record<string, string> = {},
): Promise<{ code: number | null; log: string }> {
  const running = await startProcessor(stack, settings, args);
  return endOf(running);
}

async function endOf(running: ProcessorProcess): Promise<{ code: number | null; log: string }> {
  const code = await running.exit;
  const log = await running.log();
  expect(commandLinesWith(running.workDirectory)).toEqual([]);
  expect(await readdir(running.workDirectory).catch(() => [])).toEqual([]);
  await running.stop();
  return { code, log };
}

async function claim(jobId: string): Promise<string> {
  const response = await internal(`${jobId}/claim`, TEST_SECRETS.PROCESSOR_TOKEN, {
    leaseToken: secretId(),
    owner: "other",
  });
  return ((await response.json()) as { order: { credential: string } }).order.credential;
}

function internal(route: string, token: string, body: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` };
  return fetch(`${stack.origin}/internal/jobs/${route}`, { method: "POST", headers, body: JSON.stringify(body) });
}

describe.concurrent("ladderlock run", () => {
  it("publishes a part: it encrypts the clear segments that its transcode job has left on the disk", async () => {
    const transcode = await createPost(clips.short);
    const { code, log } = await ended(["run"], { VIDEO_JOB_ID: transcode.jobId });
    expect([code, (await job(transcode.jobId)).state]).toEqual([0, "SUCCEEDED"]);
    expect(log).toMatch(/"origin":"disk".*"encrypting"/);
    expect(await newestJob(transcode.videoPostId)).toMatchObject({ kind: "ENCRYPT", state: "SUCCEEDED", attempt: 1 });
    expect(await postStatus(transcode.videoPostId)).toBe("PUBLISHED");
    await expectToPlay(transcode.videoPostId);
  });

  it("runs no other job with RUN_FOLLOW_UP=false; asked again it ends with 0 at once", async () => {
    const transcode = await createPost(clips.short);
    const first = await ended(["run", transcode.jobId], { RUN_FOLLOW_UP: "false" });
    expect([first.code, (await job(transcode.jobId)).state]).toEqual([0, "SUCCEEDED"]);
    const again = await ended(["run", transcode.jobId]);
    expect(again.code).toBe(0);
    expect(again.log).not.toContain("job claimed");
    const encrypt = await newestJob(transcode.videoPostId);
    expect(encrypt).toMatchObject({ kind: "ENCRYPT", state: "QUEUED" });
    const { code, log } = await ended(["run"], { VIDEO_JOB_ID: encrypt.jobId });
    expect(code).toBe(0);
    expect(log).toMatch(/"origin":"object store".*"encrypting"/);
    expect(await postStatus(transcode.videoPostId)).toBe("PUBLISHED");
  });

  it("ends with 65 for a file that is no video, and for a job that there is not", async () => {
    const { jobId } = await createPost(clips.text);
    expect((await ended(["run", jobId])).code).toBe(65);
    expect(await job(jobId)).toMatchObject({ state: "FAILED", attempt: 1 });
    const again = await ended(["run", jobId]);
    expect(again.code).toBe(65);
    expect(again.log).not.toContain("job claimed");
    expect((await ended(["run", crypto.randomUUID()])).code).toBe(65);
  });

  it("ends with 75 while another holds the job, and while it waits for its next attempt", async () => {
    const { jobId } = await createPost(clips.short);
    const credential = await claim(jobId);
    expect((await ended(["run", jobId])).code).toBe(75);
    await internal(`${jobId}/fail`, credential, { reason: "The network went away.", permanent: false });
    expect((await ended(["run", jobId])).code).toBe(75);
    expect(await job(jobId)).toMatchObject({ state: "RETRY_WAIT", attempt: 1 });
  });

  it("ends with 75 when its R2 credentials were revoked, and leaves the job to one that has the new ones", async () => {
    const { jobId, videoPostId } = await createPost(clips.short);
    expect((await ended(["run", jobId], { S3_SECRET_ACCESS_KEY: "revoked" })).code).toBe(75);
    expect(await job(jobId)).toMatchObject({ state: "RETRY_WAIT", attempt: 1, failReason: expect.any(String) });
    // What docs/security.md says of a job that an operator does not want to wait for.
    for (const step of ["cancelJob", "retryJob"] as const) {
      expect((await stack.client[step]({ params: { jobId } })).status).toBe(202);
    }
    const again = await newestJob(videoPostId);
    expect((await ended(["run", again.jobId])).code).toBe(0);
    expect(await job(again.jobId)).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
  });

  it("ends with 75 when it is stopped in the middle of ffmpeg; the same command then publishes the part", async ({
    expect,
  }) => {
    const { jobId, videoPostId } = await createPost(clips.long);
    const running = await startProcessor(stack, { X264_PRESET: "veryslow" }, ["run", jobId]);
    await expect.poll(async () => (await job(jobId)).stage, { timeout: 150_000, interval: 200 }).toBe("ENCODING");
    // The stage is reported before ffmpeg is started.
    await expect.poll(() => commandLinesWith(running.workDirectory).length, { interval: 20 }).toBeGreaterThan(0);
    running.signal("SIGTERM");
    expect((await endOf(running)).code).toBe(75);
    expect(await job(jobId)).toMatchObject({ state: "QUEUED", attempt: 0, claimNo: 1 });
    // As a platform or an operator repeats it, at once.
    const again = await ended(["run", jobId]);
    expect(again.code).toBe(0);
    expect(await job(jobId)).toMatchObject({ state: "SUCCEEDED", attempt: 1, claimNo: 2 });
    expect(await newestJob(videoPostId)).toMatchObject({ kind: "ENCRYPT", state: "SUCCEEDED", attempt: 1 });
    await expectToPlay(videoPostId);
  });

  it("ends with 0 when it is cancelled in the middle of ffmpeg", async ({ expect }) => {
    const { jobId } = await createPost(clips.long);
    const settings = { X264_PRESET: "veryslow", HEARTBEAT_SECONDS: "0.5" };
    const running = await startProcessor(stack, settings, ["run", jobId]);
    await expect.poll(async () => (await job(jobId)).stage, { timeout: 150_000, interval: 200 }).toBe("ENCODING");
    const cancelled = await ended(["queue", "cancel", jobId], { ADMIN_API_KEY: stack.adminKey });
    expect(cancelled.log).toContain("stops with its next heartbeat");
    expect((await endOf(running)).code).toBe(0);
    expect(await job(jobId)).toMatchObject({ state: "CANCELLED" });
  });

  it("ends with 78 when its settings are wrong", async () => {
    const { jobId } = await createPost(clips.short);
    for (const settings of [
      { S3_ENDPOINT: "" },
      { PROCESSOR_TOKEN: "another-token-than-that-of-the-worker" },
      { FFMPEG_PATH: join(directory, "no-such-ffmpeg") },
    ]) {
      expect((await ended(["run", jobId], settings as Record<string, string>)).code).toBe(78);
    }
    expect((await ended(["run"])).code).toBe(78);
    expect(await job(jobId)).toMatchObject({ state: "QUEUED", attempt: 0 });
  });
});

describe.concurrent("ladderlock queue", () => {
  it("shows dead letters to an operator, who has one done again", async () => {
    const { jobId, videoPostId } = await createPost(clips.text);
    await ended(["run", jobId]);
    const settings = { ADMIN_API_KEY: stack.adminKey };
    const listed = await ended(["queue", "list", "--state", "FAILED", "--post", videoPostId], settings);
    expect(listed.code).toBe(0);
    expect(listed.log).toMatch(
      new RegExp(`^JOB .*\\n${jobId} +TRANSCODE +${videoPostId} +0 +FAILED .* The file .*\\.\\n$`),
    );
    expect((await ended(["queue", "retry", jobId], settings)).log).toBe("Queued again, with 5 attempts.\n");
    expect((await ended(["queue", "retry", jobId], settings)).code).toBe(1);
    const shown = await ended(["queue", "show", jobId, "--json"], settings);
    expect(JSON.parse(shown.log)).toMatchObject({ jobId, state: "QUEUED", attempt: 0 });
    expect((await ended(["run", jobId])).code).toBe(65);
  });
});

describe("ladderlock gc", () => {
  it("finds what a dead claim left, says so in a dry run, and deletes that alone", async () => {
    const transcode = await createPost(clips.short);
    await ended(["run", transcode.jobId]);
    const credentials = { accessKeyId: "local", secretAccessKey: "local-development-only" };
    const s3 = createS3Client({ endpoint: `${stack.origin}/cdn-cgi/local/r2/s3`, region: "auto", ...credentials });
    const source = createObjectStore(s3, "ladderlock-source");
    const { signal } = new AbortController();
    const headers = { contentType: "video/mp2t", cacheControl: "no-store" };
    const waste = `one-job/${transcode.jobId}/c99/`;
    await source.putBytes(`${waste}360p/seg_00001.ts`, "left behind", headers, signal);

    // Young as everything is here, the standard setting leaves it.
    const cautious = JSON.parse((await ended(["gc", "--json"])).log);
    expect(cautious.totals).toMatchObject({ garbage: 0, deleted: 0 });
    const settings = { GC_MIN_AGE_HOURS: "0" };
    const dry = await ended(["gc", "--dry-run"], settings);
    expect(dry.code).toBe(0);
    expect(dry.log).toMatch(new RegExp(`^${waste} +1 +11$`, "m"));
    expect(dry.log).toContain("Nothing was deleted: this was a dry run.");
    const named = await source.list(`one-job/${transcode.jobId}/`, signal);
    expect(named.length).toBeGreaterThan(1);
    const wet = JSON.parse((await ended(["gc", "--json"], settings)).log);
    expect(wet.garbage.map(({ prefix }: { prefix: string }) => prefix)).toContain(waste);
    await expect.poll(() => source.list(waste, signal), { timeout: 30_000, interval: 500 }).toEqual([]);
    expect(await source.list(`one-job/${transcode.jobId}/`, signal)).toHaveLength(named.length - 1);
    await expectToPlay(transcode.videoPostId);
    s3.destroy();
  });
});
