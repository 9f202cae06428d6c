import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { bodyOf, type Job } from "../../../client/index.ts";
import type { Launcher } from "../../../edge/launchers/launcher.ts";
import { local } from "../../../edge/launchers/local/local.ts";
import { isAlive } from "../../../processor/adapters/process-state.ts";
import { commandLinesWith, descendantsOf } from "../../../scripts/dev/process-tree.ts";
import { generateClip } from "../../fixtures/media/generate-clip.ts";
import { type LauncherProcess, startLauncher } from "../../launchers/local/launcher-process.ts";
import { decoded } from "../decoded.ts";
import { type Stack, startStack } from "../stack.ts";

/* `ladderlock launcher` and its runs, in a system where nothing else works on jobs. */

const NEVER = new AbortController().signal;
const SECONDS = 4;
const WAIT = { timeout: 600_000, interval: 300 };

let directory: string;
let stack: Stack;
const clips = { short: "", long: "" };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ladderlock-local-"));
  stack = await startStack({ processor: false, settings: { JOB_LEASE_SECONDS: "900" } });
  for (const name of ["short", "long"] as const) clips[name] = join(directory, `${name}.mp4`);
  await generateClip({ path: clips.short, size: "320x180", frameRate: "25", seconds: SECONDS, sound: true });
  await generateClip({ path: clips.long, size: "640x360", frameRate: "25", seconds: 60, sound: false });
});

afterAll(async () => {
  await stack?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function createPost(path: string): Promise<Job> {
  const upload = { uploadId: await stack.upload(path), fileName: "clip.mp4" };
  const post = { title: "Launched", resourceType: "VIDEO", autoPublish: true, uploadFileList: [upload] } as const;
  return job(bodyOf(await stack.client.createVideoPost({ body: post })).files[0]!.jobId);
}

const job = async (jobId: string) => bodyOf(await stack.client.getJob({ params: { jobId } }));

function adapterOf({ url, token }: LauncherProcess): Launcher {
  return local({ url, token }, { fetch, now: Date.now });
}

function launch(launcher: Launcher, jobId: string, launchId: string) {
  const resources = { vcpus: 1, memoryMib: 2048, diskGib: 10, leastDiskGib: 10 };
  return launcher.launch({ jobId, launchId, kind: "TRANSCODE", resources, region: null, sourceHost: null }, NEVER);
}

async function endOf(launcher: Launcher, launchId: string) {
  const state = async () => (await launcher.describe([launchId], NEVER))[0]?.state;
  await expect.poll(state, WAIT).toBe("ended");
  return (await launcher.describe([launchId], NEVER))[0]!;
}

/** Until ffmpeg of the long clip runs. */
async function untilEncoding(jobId: string, { workDirectory }: LauncherProcess): Promise<void> {
  await expect.poll(async () => (await job(jobId)).stage, WAIT).toBe("ENCODING");
  await expect.poll(() => commandLinesWith(workDirectory).length, { interval: 20 }).toBeGreaterThan(0);
}

async function started(settings: Record<string, string> = {}): Promise<LauncherProcess> {
  const running = await startLauncher(stack, settings);
  onTestFinished(() => running.stop());
  return running;
}

const SLOW = { X264_PRESET: "veryslow" };

describe("the launcher local", () => {
  it("publishes a film by one launch, which is repeated without effect", async () => {
    const { jobId, videoPostId } = await createPost(clips.short);
    const running = await started();
    const launcher = adapterOf(running);
    for (let n = 0; n < 2; n++) expect((await launch(launcher, jobId, "launch-1")).kind).toBe("launched");
    expect(await launch(launcher, jobId, "launch-2")).toMatchObject({ kind: "refused", cause: "capacity" });
    expect(await endOf(launcher, "launch-1")).toMatchObject({ jobId, exitCode: 0, reason: null });
    // The part is done: another launch of its job finds nothing to do.
    expect((await launch(launcher, jobId, "launch-3")).kind).toBe("launched");
    expect(await endOf(launcher, "launch-3")).toMatchObject({ exitCode: 0 });

    const { jobs } = bodyOf(await stack.client.listJobs({ query: { videoPostId } }));
    expect(jobs.map(({ kind, state, claimNo }) => `${kind} ${state} ${claimNo}`).toSorted()).toEqual([
      "ENCRYPT SUCCEEDED 1",
      "TRANSCODE SUCCEEDED 1",
    ]);
    const { masterUrl } = await stack.token({ videoPostId, fileIndex: 0 });
    expect((await decoded(stack.origin + masterUrl, "0:v:0")).frames).toBe(25 * SECONDS);
    running.signal("SIGTERM");
    expect(await running.exit).toBe(0);
  });

  it("stops a run, which returns its job", async () => {
    const { jobId } = await createPost(clips.long);
    const running = await started(SLOW);
    const launcher = adapterOf(running);
    await launch(launcher, jobId, "launch-1");
    await untilEncoding(jobId, running);
    await launcher.stop("launch-1", "a test", NEVER);
    expect(await endOf(launcher, "launch-1")).toMatchObject({ exitCode: 75 });
    expect(await job(jobId)).toMatchObject({ state: "QUEUED", attempt: 0 });
    expect(descendantsOf(running.pid)).toEqual([running.pid]);
  });

  it.runIf(process.platform === "linux")("leaves no process behind when it is killed", async () => {
    const { jobId } = await createPost(clips.long);
    const running = await started(SLOW);
    await launch(adapterOf(running), jobId, "launch-1");
    await untilEncoding(jobId, running);
    const processes = descendantsOf(running.pid);
    expect(processes.length).toBeGreaterThan(2);
    running.signal("SIGKILL");
    await expect.poll(() => processes.filter(isAlive), WAIT).toEqual([]);
    expect(await job(jobId)).toMatchObject({ state: "QUEUED", attempt: 0 });
  });
});
