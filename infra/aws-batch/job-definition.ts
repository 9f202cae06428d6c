import {
  type ContainerProperties,
  DeregisterJobDefinitionCommand,
  DescribeJobDefinitionsCommand,
  type JobDefinition,
  RegisterJobDefinitionCommand,
  type RegisterJobDefinitionCommandInput,
} from "@aws-sdk/client-batch";
import type { Clients } from "./clients.ts";
import type { Network } from "./network.ts";
import { executionRoleOf, isFargate, jobRoleOf, logGroupOf, type Plan, parameterPath, SECRETS } from "./plan.ts";
import { resource } from "./resource.ts";

export type Account = { readonly account: string; readonly partition: string };

/** Each change is a new revision; the newest ACTIVE one counts. */
export function jobDefinition(plan: Plan, network: Network, account: Account, { batch }: Clients) {
  const jobDefinitionName = plan.jobDefinition;
  const wanted = definitionOf(plan, network, account);

  async function revisions(): Promise<JobDefinition[]> {
    const found: JobDefinition[] = [];
    let nextToken: string | undefined;
    do {
      const page = { jobDefinitionName, status: "ACTIVE", ...(nextToken === undefined ? {} : { nextToken }) };
      const answer = await batch.send(new DescribeJobDefinitionsCommand(page));
      found.push(...(answer.jobDefinitions ?? []));
      nextToken = answer.nextToken;
    } while (nextToken !== undefined);
    return found.toSorted((one, other) => (other.revision ?? 0) - (one.revision ?? 0));
  }

  return resource<readonly JobDefinition[]>({
    title: `job definition ${jobDefinitionName}`,
    async read() {
      const found = await revisions();
      return found.length === 0 ? null : found;
    },
    differences: ([newest]) => (newest === undefined ? [] : differencesOf(newest, wanted)),
    async put() {
      await batch.send(new RegisterJobDefinitionCommand(wanted));
    },
    async remove(state) {
      for (const { jobDefinitionArn } of state)
        await batch.send(new DeregisterJobDefinitionCommand({ jobDefinition: jobDefinitionArn ?? "" }));
    },
  });
}

function definitionOf(plan: Plan, network: Network, { account, partition }: Account) {
  const roleArn = (name: string) => `arn:${partition}:iam::${account}:role/${name}`;
  const parameter = (name: string) =>
    `arn:${partition}:ssm:${plan.region}:${account}:parameter${parameterPath(plan)}/${name}`;
  const containerProperties: ContainerProperties = {
    image: plan.image,
    command: ["run"],
    ...{ jobRoleArn: roleArn(jobRoleOf(plan)), executionRoleArn: roleArn(executionRoleOf(plan)) },
    // The smallest that converts; each launch names its size.
    resourceRequirements: [
      { type: "VCPU", value: "2" },
      { type: "MEMORY", value: "4096" },
    ],
    environment: Object.entries(plan.environment).map(([name, value]) => ({ name, value })),
    secrets: SECRETS.map((name) => ({ name, valueFrom: parameter(name) })),
    logConfiguration: {
      logDriver: "awslogs",
      options: { "awslogs-group": logGroupOf(plan), "awslogs-region": plan.region, "awslogs-stream-prefix": "job" },
    },
    ...(isFargate(plan)
      ? {
          runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: plan.architecture },
          fargatePlatformConfiguration: { platformVersion: "LATEST" },
          networkConfiguration: { assignPublicIp: network.assignPublicIp },
          // 20 GiB are what Fargate gives; only more can be asked for.
          ...(plan.diskGib > 20 ? { ephemeralStorage: { sizeInGiB: plan.diskGib } } : {}),
        }
      : // As an init process: the kernel would otherwise leave ended ffmpeg processes to Node.
        { linuxParameters: { initProcessEnabled: true } }),
  };
  return {
    ...{ jobDefinitionName: plan.jobDefinition, type: "container", containerProperties },
    platformCapabilities: [isFargate(plan) ? "FARGATE" : "EC2"],
    retryStrategy: { attempts: 1 },
    timeout: { attemptDurationSeconds: plan.timeoutSeconds },
    ...{ propagateTags: true, tags: { app: "ladderlock" } },
  } satisfies RegisterJobDefinitionCommandInput;
}

type Wanted = ReturnType<typeof definitionOf>;

function differencesOf(newest: JobDefinition, wanted: Wanted): string[] {
  const has = newest.containerProperties;
  const wants = wanted.containerProperties;
  const attempts = newest.retryStrategy?.attempts ?? 1;
  const rules = newest.retryStrategy?.evaluateOnExit ?? [];
  const seconds = newest.timeout?.attemptDurationSeconds;
  return [
    ...(attempts === 1 ? [] : [`retryStrategy.attempts is ${attempts} instead of 1: Batch would repeat jobs.`]),
    ...(rules.length === 0 ? [] : ["retryStrategy has evaluateOnExit: rules that match nothing repeat jobs."]),
    ...different(
      "timeout",
      seconds === undefined ? "none" : `${seconds} s`,
      `${wanted.timeout.attemptDurationSeconds} s`,
    ),
    ...different("image", has?.image, wants.image),
    ...different("command", has?.command?.join(" "), wants.command?.join(" ")),
    ...different("platform", newest.platformCapabilities?.join(), wanted.platformCapabilities.join()),
    ...different("job role", has?.jobRoleArn, wants.jobRoleArn),
    ...different("execution role", has?.executionRoleArn, wants.executionRoleArn),
    ...different(
      "log group",
      has?.logConfiguration?.options?.["awslogs-group"],
      wants.logConfiguration?.options?.["awslogs-group"],
    ),
    ...different(
      "secrets",
      pairs(has?.secrets?.map((one) => [one.name, one.valueFrom])),
      pairs(wants.secrets?.map((one) => [one.name, one.valueFrom])),
    ),
    ...different(
      "environment",
      pairs(has?.environment?.map((one) => [one.name, one.value])),
      pairs(wants.environment?.map((one) => [one.name, one.value])),
    ),
    ...different("architecture", has?.runtimePlatform?.cpuArchitecture, wants.runtimePlatform?.cpuArchitecture),
    ...different("disk", disk(has), disk(wants)),
    ...different(
      "public address",
      has?.networkConfiguration?.assignPublicIp,
      wants.networkConfiguration?.assignPublicIp,
    ),
  ];
}

type Pair = readonly [name: string | undefined, value: string | undefined];

const pairs = (all: readonly Pair[] | undefined) =>
  (all ?? [])
    .map((pair) => pair.join("="))
    .toSorted()
    .join(", ");
const disk = (of: ContainerProperties | undefined) => `${of?.ephemeralStorage?.sizeInGiB ?? 20} GiB`;

function different(what: string, has: string | undefined, wanted: string | undefined): string[] {
  if ((has ?? "") === (wanted ?? "")) return [];
  return [`Its ${what}: ${has || "none"} instead of ${wanted || "none"}.`];
}
