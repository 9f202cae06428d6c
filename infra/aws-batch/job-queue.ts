import {
  CreateJobQueueCommand,
  DeleteJobQueueCommand,
  DescribeJobQueuesCommand,
  type JobQueueDetail,
  type JobStateTimeLimitAction,
  UpdateJobQueueCommand,
} from "@aws-sdk/client-batch";
import type { Clients } from "./clients.ts";
import { environmentOf, type Plan } from "./plan.ts";
import { resource, SetupError } from "./resource.ts";
import { type Waiting, waitUntil } from "./wait-until.ts";

/** Jobs that can never start would block those behind them. */
const STUCK: readonly JobStateTimeLimitAction[] = [
  "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
  "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
].map((reason) => ({ reason, state: "RUNNABLE", maxTimeSeconds: 600, action: "CANCEL" }));

export function jobQueue(plan: Plan, { batch }: Clients, waiting: Waiting) {
  const jobQueueName = plan.jobQueue;
  const environment = environmentOf(plan);
  const wanted = {
    ...({ state: "ENABLED", priority: 1 } as const),
    jobStateTimeLimitActions: [...STUCK],
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: environment }],
  };

  async function find(): Promise<JobQueueDetail | null> {
    return (await batch.send(new DescribeJobQueuesCommand({ jobQueues: [jobQueueName] }))).jobQueues?.[0] ?? null;
  }

  const settled = () =>
    waitUntil(
      `make the job queue ${jobQueueName}`,
      async () => {
        const found = await find();
        if (found?.status === "INVALID")
          throw new SetupError(`The job queue ${jobQueueName} is invalid: ${found.statusReason}`);
        return found?.status === "VALID" ? found : undefined;
      },
      waiting,
    );

  return resource<JobQueueDetail>({
    title: `job queue ${jobQueueName}`,
    read: find,
    differences(state) {
      const environments = (state.computeEnvironmentOrder ?? []).map((one) => nameIn(one.computeEnvironment ?? ""));
      const limits = (state.jobStateTimeLimitActions ?? []).map((one) => one.reason);
      return [
        ...(state.state === "ENABLED" ? [] : ["It is disabled."]),
        ...(state.status === "VALID" || state.status === "UPDATING"
          ? []
          : [`Its status is ${state.status}: ${state.statusReason ?? "AWS gives no reason"}.`]),
        ...(environments.join() === environment
          ? []
          : [`It uses ${environments.join(", ") || "no compute environment"} instead of ${environment}.`]),
        ...(STUCK.every(({ reason }) => limits.includes(reason))
          ? []
          : ["Jobs that can never start stay in it: jobStateTimeLimitActions are missing."]),
      ];
    },
    async put(state) {
      if (state === null)
        await batch.send(new CreateJobQueueCommand({ jobQueueName, ...wanted, tags: { app: "ladderlock" } }));
      else await batch.send(new UpdateJobQueueCommand({ jobQueue: jobQueueName, ...wanted }));
      await settled();
    },
    async remove(state) {
      if (state.state !== "DISABLED") {
        await batch.send(new UpdateJobQueueCommand({ jobQueue: jobQueueName, state: "DISABLED" }));
        await settled();
      }
      if (state.status !== "DELETING") await batch.send(new DeleteJobQueueCommand({ jobQueue: jobQueueName }));
      const isGone = async () => ((await find()) === null ? true : undefined);
      await waitUntil(`delete the job queue ${jobQueueName}`, isGone, waiting);
    },
  });
}

const nameIn = (arn: string) => arn.split("/").at(-1) ?? arn;
