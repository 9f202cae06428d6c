import { DescribeJobsCommand, type JobDetail, SubmitJobCommand, TerminateJobCommand } from "@aws-sdk/client-batch";
import { GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { orNull } from "./aws-error.ts";
import type { Clients } from "./clients.ts";
import { logGroupOf, type Plan } from "./plan.ts";
import { type Print, SetupError } from "./resource.ts";
import { type Waiting, waitUntil } from "./wait-until.ts";

type Step = {
  readonly command: readonly string[];
  readonly exitCode: number;
  /** What the step has shown when it ends with that code. */
  readonly shows: string;
};

/** Neither changes anything. */
const STEPS: readonly Step[] = [
  // A job that does not exist: the Worker has to answer so, which needs its address and PROCESSOR_TOKEN.
  { command: ["run", "00000000-0000-7000-8000-000000000000"], exitCode: 65, shows: "the Worker answers" },
  { command: ["gc", "--dry-run"], exitCode: 0, shows: "both buckets can be read" },
];

/** Runs containers as a launch would, and resolves when they have reached the Worker and both buckets. */
export async function runCanary(plan: Plan, clients: Clients, waiting: Waiting, print: Print): Promise<void> {
  for (const step of STEPS) {
    const jobId = await submit(step, plan, clients);
    print(`canary     ${jobId} runs "ladderlock ${step.command.join(" ")}"`);
    const ended = await watch(jobId, clients, waiting, print).catch(async (error) => {
      await clients.batch.send(new TerminateJobCommand({ jobId, reason: "the canary took too long" }));
      throw error;
    });
    if (ended.container?.exitCode !== step.exitCode) {
      for (const line of await lastLines(ended, plan, clients)) print(`             ${line}`);
      throw new SetupError(`The canary failed: ${reasonOf(ended)} ${adviceOn(ended)}`);
    }
    print(`canary     ${step.shows}`);
  }
}

async function submit({ command }: Step, plan: Plan, { batch }: Clients): Promise<string> {
  const { jobId } = await batch.send(
    new SubmitJobCommand({
      ...{ jobName: `${plan.name}-canary`, jobQueue: plan.jobQueue, jobDefinition: plan.jobDefinition },
      containerOverrides: { command: [...command] },
      ...{ retryStrategy: { attempts: 1 }, timeout: { attemptDurationSeconds: 900 } },
      tags: { app: "ladderlock", canary: "true" },
    }),
  );
  if (jobId === undefined) throw new SetupError("AWS Batch accepted the canary job without an id. Run verify again.");
  return jobId;
}

async function watch(jobId: string, { batch }: Clients, waiting: Waiting, print: Print): Promise<JobDetail> {
  let shown = "";
  const look = async () => {
    const job = (await batch.send(new DescribeJobsCommand({ jobs: [jobId] }))).jobs?.[0];
    const seen = `${job?.status ?? "unknown"}${job?.statusReason ? `: ${job.statusReason}` : ""}`;
    if (seen !== shown) print(`             ${seen}`);
    shown = seen;
    return job?.status === "SUCCEEDED" || job?.status === "FAILED" ? job : undefined;
  };
  return waitUntil("run the canary", look, waiting);
}

function reasonOf({ statusReason, container }: JobDetail): string {
  const reasons = [statusReason, container?.reason].filter(Boolean).join(": ");
  return `${reasons || "AWS gives no reason"}, exit code ${container?.exitCode ?? "none"}.`;
}

function adviceOn({ container }: JobDetail): string {
  switch (container?.exitCode) {
    case 78:
      return "A setting is missing or PROCESSOR_TOKEN is refused.";
    case 75:
      return "The Worker or a bucket did not answer: check LADDERLOCK_URL, S3_ENDPOINT, the keys and the network.";
    case undefined:
      return "The container did not start: check the image, its architecture, the execution role and the network.";
    default:
      return "The lines above are the end of its log.";
  }
}

const MOST_LINES = 20;

async function lastLines(job: JobDetail, plan: Plan, { logs }: Clients): Promise<string[]> {
  const logStreamName = job.container?.logStreamName;
  if (logStreamName === undefined) return [];
  const asked = new GetLogEventsCommand({ logGroupName: logGroupOf(plan), logStreamName, limit: MOST_LINES });
  const found = await orNull(logs.send(asked), "ResourceNotFoundException");
  return (found?.events ?? []).map(({ message }) => message ?? "");
}
