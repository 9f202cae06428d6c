import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bodyOf } from "../../../client/index.ts";
import { createClients } from "../../../infra/aws-batch/clients.ts";
import { readOptions } from "../../../infra/aws-batch/options.ts";
import { perform } from "../../../infra/aws-batch/perform.ts";
import { generateClip } from "../../fixtures/media/generate-clip.ts";
import { type FakeAccount, startFakeAccount } from "../../launchers/aws-batch/account/fake-account.ts";
import { decoded } from "../decoded.ts";
import { type Stack, startStack } from "../stack.ts";
import { TEST_SECRETS } from "../test-secrets.ts";

/*
 * `npm run aws-batch -- setup` for a running system in which no processor polls, then one film. Containers get nothing but
 * what setup has stored and what the launch adds.
 */

const ROOT = join(import.meta.dirname, "../../..");
const REGION = "eu-central-1";
const FRAMES = 100;
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMIK7MDENGbPxRfiCY" };
const waiting = { pauseMs: 200, longestMs: 170_000, now: Date.now, sleep };

let directory: string;
let stack: Stack;
let fake: FakeAccount;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ladderlock-aws-batch-"));
  fake = await startFakeAccount({ ...credentials, sessionToken: null }, REGION, async (args, environment) => {
    const tools = {
      FFMPEG_PATH: process.env.FFMPEG_PATH ?? "ffmpeg",
      FFPROBE_PATH: process.env.FFPROBE_PATH ?? "ffprobe",
    };
    const env = {
      PATH: process.env.PATH,
      X264_PRESET: "ultrafast",
      WORK_DIR: join(directory, "work"),
      ...tools,
      ...environment,
    };
    const child = spawn(process.execPath, ["cli/main.ts", ...args], { cwd: ROOT, stdio: "ignore", env });
    const exit = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
    return { exit, signal: (signal) => child.kill(signal) };
  });
  const settings = {
    ...{
      LAUNCHER: "aws-batch",
      VIDEO_BATCH_JOB_QUEUE: "ladderlock-queue",
      VIDEO_BATCH_JOB_DEFINITION: "ladderlock-jobdef",
    },
    ...{ AWS_DEFAULT_REGION: REGION, AWS_ENDPOINT_URL_BATCH: fake.endpoint },
    ...{ AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
  };
  stack = await startStack({ processor: false, settings });
});

afterAll(async () => {
  await fake?.stop();
  await stack?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function setup(processorToken: string): Promise<string> {
  const environment = {
    ...{ LADDERLOCK_URL: stack.origin, S3_ENDPOINT: `${stack.origin}/cdn-cgi/local/r2/s3` },
    ...{ SOURCE_BUCKET: "ladderlock-source", PLAYBACK_BUCKET: "ladderlock-playback" },
    ...{ S3_ACCESS_KEY_ID: "local", S3_SECRET_ACCESS_KEY: "local-development-only", PROCESSOR_TOKEN: processorToken },
  };
  const lines: string[] = [];
  const clients = createClients({ region: REGION, endpoint: fake.endpoint, credentials });
  const asked = readOptions(["setup", "--region", REGION, "--image", "ladderlock"], environment);
  await perform(asked, clients, waiting, (line) => lines.push(line));
  return lines.join("\n");
}

it("fails its canary where the Worker refuses the token that setup has stored", async () => {
  await expect(setup("another-token-than-that-of-the-worker")).rejects.toThrow(/^The canary failed: .* exit code 78\./);
});

it("runs a canary that reaches the Worker and both buckets with what setup has stored", async () => {
  expect(await setup(TEST_SECRETS.PROCESSOR_TOKEN)).toMatch(/the Worker answers\n[\s\S]*both buckets can be read$/);
});

it("publishes a film with one launch, and the film plays", async () => {
  const before = fake.jobs.submitted.length;
  const path = join(directory, "clip.mp4");
  await generateClip({ path, size: "320x180", frameRate: "25", seconds: FRAMES / 25, sound: true });
  const part = await stack.ingest(path);
  const { masterUrl } = await stack.token(part);
  expect((await decoded(stack.origin + masterUrl, "0:v:0")).frames).toBe(FRAMES);
  const { jobs } = bodyOf(await stack.client.listJobs({ query: { videoPostId: part.videoPostId } }));
  expect(jobs.map(({ kind, state, attempt }) => [kind, state, attempt])).toEqual([
    ["ENCRYPT", "SUCCEEDED", 1],
    ["TRANSCODE", "SUCCEEDED", 1],
  ]);
  expect(fake.jobs.submitted.slice(before).map(({ tags }) => tags.jobId)).toEqual([jobs[1]!.jobId]);
  await expect.poll(() => fake.jobs.running).toBe(0);
});
