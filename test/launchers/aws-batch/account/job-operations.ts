import {
  describeJobsSchema,
  type SubmittedJob,
  sizeProblem,
  submitJobSchema,
  terminateJobSchema,
} from "../batch-facts.ts";
import type { BatchJobs } from "../batch-jobs.ts";
import { type Account, type Json, Refused } from "./account.ts";

const OPERATIONS = ["SubmitJob", "DescribeJobs", "TerminateJob"] as const;
type JobOperation = (typeof OPERATIONS)[number];

export function isJobOperation(operation: string): operation is JobOperation {
  return OPERATIONS.some((one) => one === operation);
}

/** Jobs run with the newest revision of their definition, with its environment and the secrets that it names. */
export async function jobOperation(operation: JobOperation, input: Json, account: Account, jobs: BatchJobs) {
  switch (operation) {
    case "SubmitJob":
      return submit(input, account, jobs);
    case "DescribeJobs":
      return { jobs: jobs.describe(parsed(describeJobsSchema, input).jobs) };
    case "TerminateJob": {
      const { jobId, reason } = parsed(terminateJobSchema, input);
      if (!jobs.terminate(jobId, reason)) throw new Refused("ClientException", `Job ${jobId} does not exist.`);
      return {};
    }
    default:
      return operation satisfies never;
  }
}

async function submit(input: Json, account: Account, jobs: BatchJobs) {
  const isCanary = input.tags?.canary === "true";
  const job = isCanary ? canary(input) : parsed(submitJobSchema, input);
  const queue = account.queues.get(job.jobQueue);
  if (queue?.status !== "VALID" || queue.state !== "ENABLED")
    throw new Refused("ClientException", `Job queue ${job.jobQueue} does not exist or is not enabled.`);
  const [name, revision] = job.jobDefinition.split(":");
  const definition = account.definitions.findLast((one) => {
    const isNamed = one.jobDefinitionName === name && one.status === "ACTIVE";
    return isNamed && (revision === undefined || one.revision === Number(revision));
  });
  if (definition === undefined) throw new Refused("ClientException", `${name} is not a valid job definition.`);
  const onFargate = definition.platformCapabilities.join() === "FARGATE";
  const problem = isCanary || !onFargate ? null : sizeProblem(job);
  if (problem !== null) throw new Refused("ClientException", problem);
  const args = input.containerOverrides.command ?? definition.containerProperties.command;
  const jobId = await jobs.submit(job, { args, environment: environmentOf(definition, account) });
  return { jobId, jobName: job.jobName };
}

/** A job of the commands has no job of ours. */
function canary(input: Json): SubmittedJob {
  if (input.retryStrategy?.attempts !== 1) throw new Refused("ClientException", "a canary runs once");
  return { ...input, containerOverrides: { environment: [], resourceRequirements: [] } };
}

/** ECS reads the secrets with the execution role before it starts the container. */
function environmentOf({ containerProperties }: Json, { roles, parameters }: Account): Record<string, string> {
  const { environment, secrets, executionRoleArn } = containerProperties;
  const role = roles.get(executionRoleArn.split("/").at(-1));
  const pairs = secrets.map(({ name, valueFrom }: Json) => {
    const path = valueFrom.split(":parameter")[1];
    const mayRead = [...(role?.policies.values() ?? [])].some((text) =>
      JSON.parse(text).Statement.some(({ Action, Resource }: Json) => {
        return Action === "ssm:GetParameters" && valueFrom.startsWith(String(Resource).replace(/\*$/, ""));
      }),
    );
    if (!mayRead || !parameters.has(path)) throw new Refused("ClientException", `ResourceInitializationError: ${path}`);
    return [name, parameters.get(path)!.Value];
  });
  return Object.fromEntries([...environment.map(({ name, value }: Json) => [name, value]), ...pairs]);
}

function parsed<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false; error: Error } },
  input: unknown,
): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new Refused("ClientException", result.error.message);
}
