import { BatchClient, SubmitJobCommand } from "@aws-sdk/client-batch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { awsBatch } from "../../../edge/launchers/aws-batch/aws-batch.ts";
import { requestBatch } from "../../../edge/launchers/aws-batch/batch-request.ts";
import { prepareSubmitJob } from "../../../edge/launchers/aws-batch/submit-job.ts";
import type { Launcher, LaunchOrder } from "../../../edge/launchers/launcher.ts";
import { type AwsBatch, awsBatchSettings } from "../../../edge/settings/launchers/aws-batch-settings.ts";
import { heldContainers } from "../containers.ts";
import { type FakeBatch, startFakeBatch } from "./fake-batch.ts";

/* The launcher against a platform that checks what it is sent. The containers here are promises. */

const key = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  sessionToken: "token//one",
};
const ORDER: LaunchOrder = {
  ...{ jobId: "0190a5a0-0000-7000-8000-000000000001", launchId: "launch-1", kind: "TRANSCODE" },
  resources: { vcpus: 3, memoryMib: 7000, diskGib: 40, leastDiskGib: 40 },
  ...{ region: null, sourceHost: null },
};
const never = new AbortController().signal;

let batch: FakeBatch;
let containers: ReturnType<typeof heldContainers>["held"];
let settings: AwsBatch;
let launcher: Launcher;

beforeEach(async () => {
  const { start, held } = heldContainers();
  containers = held;
  batch = await startFakeBatch({
    ...{ key, regions: ["eu-central-1", "us-east-1"], queues: ["video"], definitions: ["video"] },
    ...{ platform: "fargate", start },
  });
  settings = awsBatchSettings({
    ...{ VIDEO_BATCH_JOB_QUEUE: "video", VIDEO_BATCH_JOB_DEFINITION: "video", VIDEO_BATCH_PLATFORM: "fargate" },
    ...{ VIDEO_BATCH_DISK_GIB: 100, VIDEO_BATCH_TIMEOUT_SECONDS: 3600, AWS_DEFAULT_REGION: "eu-central-1" },
    ...{ AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey },
    ...{ AWS_SESSION_TOKEN: key.sessionToken, AWS_ENDPOINT_URL_BATCH: batch.endpoint },
  });
  launcher = launcherWith(settings);
});

afterEach(() => batch.stop());

const launcherWith = (with_: AwsBatch) => awsBatch(with_, { fetch, now: Date.now });

async function launched(order: LaunchOrder = ORDER): Promise<string> {
  const answer = await launcher.launch(order, never);
  if (answer.kind === "refused") throw new Error(answer.reason);
  return answer.platformId;
}

describe("a launch on AWS Batch", () => {
  it("submits one job with the next size of Fargate, one attempt, a timeout, and tags that name job and launch", async () => {
    const platformId = await launched();
    expect(platformId).toMatch(/^eu-central-1\/[0-9a-f-]{36}$/);
    expect(containers).toMatchObject([{ args: ["run"], env: { VIDEO_JOB_ID: ORDER.jobId } }]);
    expect(batch.jobs.submitted).toEqual([
      {
        ...{ jobName: `ladderlock-${ORDER.jobId}`, jobQueue: "video", jobDefinition: "video" },
        containerOverrides: {
          environment: [{ name: "VIDEO_JOB_ID", value: ORDER.jobId }],
          resourceRequirements: [
            { type: "VCPU", value: "4" },
            { type: "MEMORY", value: "8192" },
          ],
        },
        ...{ retryStrategy: { attempts: 1 }, timeout: { attemptDurationSeconds: 3600 }, propagateTags: true },
        tags: { app: "ladderlock", jobId: ORDER.jobId, launchId: "launch-1" },
      },
    ]);
  });

  it("goes to the region of the order, and its run is found there again", async () => {
    const platformId = await launched({ ...ORDER, region: "us-east-1" });
    expect(platformId).toMatch(/^us-east-1\//);
    expect(await launcher.describe([platformId, await launched()], never)).toHaveLength(2);
  });

  it("is refused with the platform's reason where queue, definition, key or size are wrong", async () => {
    const key_ = (more: object) => ({ credentials: { ...settings.credentials, ...more } });
    const wrong: [Partial<AwsBatch>, RegExp][] = [
      [{ jobQueue: "other" }, /^ClientException: Job queue other does not exist\.$/],
      [{ jobDefinition: "other:7" }, /^ClientException: other is not a valid job definition\.$/],
      [key_({ accessKeyId: "AKIDOTHER" }), /^UnrecognizedClientException: /],
      [key_({ secretAccessKey: "other" }), /^InvalidSignatureException: AWS does not accept the signature\. Check /],
      [{ region: "eu-west-3" }, /^InvalidSignatureException: /],
      [{ region: null }, /^The launch has no region: set AWS_REGION or LAUNCH_REGIONS\.$/],
      [{ diskGib: 20 }, /^The job needs 40 GiB of disk and the job definition has 20: /],
      [{ jobQueue: "arn:aws:batch:us-east-1:1:job-queue/video" }, /^VIDEO_BATCH_JOB_QUEUE is an ARN of another region/],
    ];
    for (const [departure, reason] of wrong) {
      const answer = await launcherWith({ ...settings, ...departure }).launch(ORDER, never);
      expect(answer).toMatchObject({ kind: "refused", cause: "misconfigured", retryAfterSeconds: null });
      expect(answer).toMatchObject({ reason: expect.stringMatching(reason) });
      expect(JSON.stringify(answer)).not.toContain(key.sessionToken);
    }
    const large = { ...ORDER, resources: { vcpus: 17, memoryMib: 1, diskGib: 1, leastDiskGib: 1 } };
    expect(await launcher.launch(large, never)).toMatchObject({ cause: "misconfigured" });
    expect(containers).toEqual([]);
  });

  it("is refused as throttled with the time that the platform names", async () => {
    batch.next({ kind: "throttle", retryAfter: "7" });
    expect(await launcher.launch(ORDER, never)).toMatchObject({ cause: "throttled", retryAfterSeconds: 7 });
    batch.next({ kind: "refuse", status: 400, code: "ThrottlingException", message: "Rate exceeded" });
    expect(await launcher.launch(ORDER, never)).toEqual({
      ...{ kind: "refused", cause: "throttled", reason: "ThrottlingException: Rate exceeded", retryAfterSeconds: null },
    });
    expect(batch.requests).toEqual(["SubmitJob", "SubmitJob"]);
  });

  it("throws after one request where it is unknown whether a container was started", async () => {
    batch.next({ kind: "fail", status: 500 });
    await expect(launcher.launch(ORDER, never)).rejects.toThrow("AWS Batch answered 500 to SubmitJob: ServerException");
    expect(containers).toHaveLength(0);
    batch.next({ kind: "lose" });
    await expect(launcher.launch(ORDER, never)).rejects.toThrow();
    expect(containers).toHaveLength(1);
    const away = launcherWith({ ...settings, endpoint: "http://127.0.0.1:9" });
    await expect(away.launch(ORDER, never)).rejects.toThrow();
    await expect(launcher.launch(ORDER, AbortSignal.abort())).rejects.toThrow();
    expect(batch.requests).toEqual(["SubmitJob", "SubmitJob"]);
  });
});

describe("the runs of AWS Batch", () => {
  it("wait with the platform's reason, run, and end with their exit code", async () => {
    const reason = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested.";
    batch.jobs.waitReason = reason;
    const waiting = await launched();
    batch.jobs.waitReason = null;
    const [first, second] = [await launched(), await launched()];
    containers[1]!.end(65);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await launcher.describe([waiting, first, second], never)).toEqual([
      { platformId: waiting, jobId: ORDER.jobId, state: "waiting", reason, exitCode: null },
      { platformId: first, jobId: ORDER.jobId, state: "running", reason: null, exitCode: null },
      {
        platformId: second,
        jobId: ORDER.jobId,
        state: "ended",
        reason: "Essential container in task exited",
        exitCode: 65,
      },
    ]);
  });

  it("are described a hundred at a time, without those that Batch has forgotten", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 101; count += 1) ids.push(await launched());
    batch.jobs.forget(ids[3]!.split("/")[1]!);
    const described = await launcher.describe(ids, never);
    expect(described.map(({ platformId }) => platformId)).toEqual(ids.filter((_, index) => index !== 3));
    expect(batch.requests.filter((name) => name === "DescribeJobs")).toHaveLength(2);
    expect(await launcher.describe([], never)).toEqual([]);
  });

  it("are stopped with the reason, waiting or running, and one that is gone counts as stopped", async () => {
    batch.jobs.waitReason = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - too large";
    const waiting = await launched();
    batch.jobs.waitReason = null;
    const running = await launched();
    for (const id of [waiting, running, running]) await launcher.stop(id, "The job was cancelled.", never);
    const [one, two] = await launcher.describe([waiting, running], never);
    expect(one).toMatchObject({ state: "ended", reason: "The job was cancelled.", exitCode: null });
    expect(two).toMatchObject({ state: "ended", reason: "The job was cancelled.", exitCode: 75 });
    batch.jobs.forget(running.split("/")[1]!);
    await launcher.stop(running, "x".repeat(2000), never);
    batch.next({ kind: "fail", status: 503 });
    await expect(launcher.stop(waiting, "again", never)).rejects.toThrow();
    batch.next({ kind: "throttle" });
    await expect(launcher.stop(waiting, "again", never)).rejects.toThrow("TooManyRequestsException");
  });
});

describe("the platform of these tests", () => {
  type Changed = {
    jobName: string;
    clientToken?: string;
    retryStrategy?: { attempts: number; evaluateOnExit?: unknown };
    timeout: { attemptDurationSeconds: number };
    tags: Record<string, string>;
    containerOverrides: { vcpus?: number; memory?: number; resourceRequirements: { type: string; value: string }[] };
  };

  /** What the platform says to the launcher's request with one change. */
  async function refusalOf(change: (input: Changed) => void): Promise<string> {
    const prepared = prepareSubmitJob(settings, ORDER);
    if (prepared.kind === "impossible") throw new Error(prepared.reason);
    const input = structuredClone(prepared.input) as Changed;
    change(input);
    const reply = await requestBatch({ ...settings, fetch, now: Date.now }, "eu-central-1", "SubmitJob", input, never);
    return reply.kind === "refused" ? reply.error.message : "accepted";
  }

  const TRAPS: [trap: string, change: (job: Changed) => void, refusal: RegExp][] = [
    ["three attempts", (job) => (job.retryStrategy = { attempts: 3 }), /the database decides about attempts/],
    [
      "rules that match nothing",
      (job) => (job.retryStrategy = { attempts: 1, evaluateOnExit: [{ action: "EXIT", onExitCode: "65" }] }),
      /rules that match nothing repeat the job/,
    ],
    ["the attempts of the definition", (job) => delete job.retryStrategy, /retryStrategy/],
    ["vcpus in the overrides", (job) => (job.containerOverrides.vcpus = 4), /use resourceRequirements/],
    ["memory in the overrides", (job) => (job.containerOverrides.memory = 8192), /use resourceRequirements/],
    ["a name with spaces", (job) => (job.jobName = "film of Tuesday"), /jobName has up to 128/],
    ["a name that begins with a dash", (job) => (job.jobName = "-film"), /jobName has up to 128/],
    ["a name of 129 characters", (job) => (job.jobName = "x".repeat(129)), /jobName has up to 128/],
    ["less than a minute", (job) => (job.timeout.attemptDurationSeconds = 59), /attemptDurationSeconds/],
    [
      "a size that Fargate has not",
      (job) => (job.containerOverrides.resourceRequirements[1] = { type: "MEMORY", value: "7000" }),
      /Fargate has no containers of 4 vCPU and 7000 MiB/,
    ],
    ["no tag of the launch", (job) => delete job.tags.launchId, /found by its tags/],
    ["a client token, which Batch has not", (job) => (job.clientToken = "one"), /clientToken|contract/],
  ];

  it.each(TRAPS)("refuses %s", async (_, change, refusal) => {
    expect(await refusalOf(change)).toMatch(refusal);
    expect(batch.jobs.submitted).toEqual([]);
    expect(await refusalOf(() => undefined)).toBe("accepted");
  });

  it("refuses a request that is not signed, or whose body was changed", async () => {
    const unsigned = await fetch(`${batch.endpoint}/v1/submitjob`, { method: "POST", body: "{}" });
    expect(unsigned.status).toBe(403);
    const changed = awsBatch(settings, {
      fetch: (url, init) => fetch(url, { ...init, body: String(init.body).replace("launch-1", "launch-2") }),
      now: Date.now,
    });
    expect(await changed.launch(ORDER, never)).toMatchObject({ cause: "misconfigured" });
    const late = awsBatch(settings, { fetch, now: () => Date.now() - 6 * 60_000 });
    expect(await late.launch(ORDER, never)).toMatchObject({ cause: "misconfigured" });
    expect(batch.jobs.submitted).toEqual([]);
  });

  it("accepts the signature of the AWS SDK, so that the launcher's is compared with what AWS computes", async () => {
    const credentials = { ...key };
    const sdk = new BatchClient({ region: "us-east-1", endpoint: batch.endpoint, credentials, maxAttempts: 1 });
    const prepared = prepareSubmitJob(settings, ORDER);
    if (prepared.kind === "impossible") throw new Error(prepared.reason);
    const input = prepared.input as ConstructorParameters<typeof SubmitJobCommand>[0];
    expect((await sdk.send(new SubmitJobCommand(input))).jobId).toBeTypeOf("string");
    sdk.destroy();
  });
});
