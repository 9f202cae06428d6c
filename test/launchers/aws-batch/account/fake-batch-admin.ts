import { isFargatePair } from "../batch-facts.ts";
import { type Account, type Json, Refused } from "./account.ts";

type Operation = (input: Json, account: Account) => unknown;

/** Environments, queues and definitions of AWS Batch, with the rules that its model does not state. */
export const BATCH_ADMIN: Readonly<Record<string, Operation>> = {
  CreateComputeEnvironment: (input, account) => {
    const name = input.computeEnvironmentName;
    if (account.environments.has(name)) throw client(`${name} already exists.`);
    checkResources(input.computeResources, account);
    account.environments.set(name, { ...input, status: "CREATING" });
    return { computeEnvironmentName: name, computeEnvironmentArn: arnOf("compute-environment", name, account) };
  },
  DescribeComputeEnvironments: (input, account) => ({
    computeEnvironments: described(account.environments, input.computeEnvironments).map((one) => ({
      ...one,
      computeEnvironmentArn: arnOf("compute-environment", one.computeEnvironmentName, account),
    })),
  }),
  UpdateComputeEnvironment: ({ computeEnvironment, state, computeResources = {} }, account) => {
    const found = stored(account.environments, computeEnvironment);
    if ("type" in computeResources) throw client("type cannot be updated");
    const merged = { ...found.computeResources, ...computeResources };
    checkResources(merged, account);
    Object.assign(found, { computeResources: merged, state: state ?? found.state, status: "UPDATING" });
    return {};
  },
  DeleteComputeEnvironment: ({ computeEnvironment }, account) => {
    const found = stored(account.environments, computeEnvironment);
    const isUsed = [...account.queues.values()].some(({ computeEnvironmentOrder }) =>
      computeEnvironmentOrder.some((one: Json) => one.computeEnvironment.endsWith(computeEnvironment)),
    );
    if (isUsed) throw client("Cannot delete, found existing JobQueue relationship");
    if (found.state !== "DISABLED") throw client("Cannot delete, state should be DISABLED");
    found.status = "DELETING";
    return {};
  },
  CreateJobQueue: (input, account) => {
    if (account.queues.has(input.jobQueueName)) throw client(`${input.jobQueueName} already exists.`);
    checkQueue(input, account);
    account.queues.set(input.jobQueueName, { ...input, status: "CREATING" });
    return { jobQueueName: input.jobQueueName, jobQueueArn: arnOf("job-queue", input.jobQueueName, account) };
  },
  DescribeJobQueues: (input, account) => ({
    jobQueues: described(account.queues, input.jobQueues).map((one) => ({
      ...one,
      jobQueueArn: arnOf("job-queue", one.jobQueueName, account),
      computeEnvironmentOrder: one.computeEnvironmentOrder.map(({ order, computeEnvironment }: Json) => ({
        order,
        computeEnvironment: arnOf("compute-environment", computeEnvironment, account),
      })),
    })),
  }),
  UpdateJobQueue: ({ jobQueue, ...changes }, account) => {
    const found = stored(account.queues, jobQueue);
    checkQueue({ ...found, ...changes }, account);
    Object.assign(found, { ...changes, status: "UPDATING" });
    return {};
  },
  DeleteJobQueue: ({ jobQueue }, account) => {
    const found = stored(account.queues, jobQueue);
    if (found.state !== "DISABLED") throw client("Cannot delete, state should be DISABLED");
    found.status = "DELETING";
    return {};
  },
  RegisterJobDefinition: (input, account) => {
    checkDefinition(input, account);
    const { jobDefinitionName: name } = input;
    const revision = account.definitions.filter((one) => one.jobDefinitionName === name).length + 1;
    const jobDefinitionArn = `${arnOf("job-definition", name, account)}:${revision}`;
    account.definitions.push({ ...structuredClone(input), revision, jobDefinitionArn, status: "ACTIVE" });
    return { jobDefinitionName: name, jobDefinitionArn, revision };
  },
  /** One on a page, so that a reader of the first page alone is found out. */
  DescribeJobDefinitions: ({ jobDefinitionName, status, nextToken }, { definitions }) => {
    const found = definitions.filter(
      (one) => one.jobDefinitionName === jobDefinitionName && (status === undefined || one.status === status),
    );
    const at = Number(nextToken ?? 0);
    return { jobDefinitions: found.slice(at, at + 1), ...(at + 1 < found.length ? { nextToken: String(at + 1) } : {}) };
  },
  DeregisterJobDefinition: ({ jobDefinition }, { definitions }) => {
    const found = definitions.find((one) => one.jobDefinitionArn === jobDefinition);
    if (found === undefined) throw client(`${jobDefinition} does not exist.`);
    found.status = "INACTIVE";
    return {};
  },
};

const client = (message: string) => new Refused("ClientException", message);

function arnOf(kind: string, name: string, { id, region }: Account): string {
  return `arn:aws:batch:${region}:${id}:${kind}/${name}`;
}

function stored(all: Map<string, Json>, name: string): Json {
  const found = all.get(name);
  if (found === undefined) throw client(`${name} does not exist`);
  if (/ING$/.test(found.status)) throw client(`Cannot update, resource is being modified (${found.status})`);
  return found;
}

/** What is created, changed or deleted is so for one look. */
function described(all: Map<string, Json>, names: readonly string[]): Json[] {
  return names.flatMap((name) => {
    const found = all.get(name);
    if (found === undefined) return [];
    const seen = structuredClone(found);
    if (found.status === "DELETING") all.delete(name);
    else if (found.status !== "INVALID") found.status = "VALID";
    return [seen];
  });
}

function checkResources(resources: Json, { network, instanceProfiles, launchTemplates }: Account): void {
  const onFargate = /^FARGATE/.test(resources.type);
  const ofInstances = [
    "allocationStrategy",
    "instanceTypes",
    "minvCpus",
    "instanceRole",
    "ec2Configuration",
    "launchTemplate",
  ];
  const given = ofInstances.filter((name) => name in resources);
  if (onFargate && (given.length > 0 || "bidPercentage" in resources))
    throw client(`${[...given, "bidPercentage"].join(", ")} are not applicable to Fargate`);
  if (!onFargate && given.length < ofInstances.length) throw client("instances need all of these members");
  if (!onFargate && !instanceProfiles.get(resources.instanceRole)?.length) throw client("instanceRole does not exist");
  if (!onFargate && !launchTemplates.has(resources.launchTemplate.launchTemplateName)) throw client("launchTemplate");
  if (!resources.subnets.every((one: string) => network.subnets.has(one))) throw client("a subnet does not exist");
  if (!resources.securityGroupIds.every((one: string) => network.groups.has(one))) throw client("no such group");
}

function checkQueue({ computeEnvironmentOrder, jobStateTimeLimitActions = [] }: Json, { environments }: Account): void {
  for (const { computeEnvironment } of computeEnvironmentOrder)
    if (environments.get(computeEnvironment)?.status !== "VALID") throw client(`${computeEnvironment} is not VALID`);
  if (jobStateTimeLimitActions.some((one: Json) => one.maxTimeSeconds < 600))
    throw client("maxTimeSeconds is at least 600");
}

function checkDefinition({ platformCapabilities, containerProperties: of, timeout }: Json, account: Account): void {
  const roleNames = [of.jobRoleArn, of.executionRoleArn].map((arn: string) => arn.split("/").at(-1)!);
  for (const name of roleNames) if (!account.roles.has(name)) throw client(`The role ${name} does not exist`);
  if (timeout.attemptDurationSeconds < 60) throw client("attemptDurationSeconds is at least 60");
  const [vcpus, memory] = ["VCPU", "MEMORY"].map(
    (type) => of.resourceRequirements.find((one: Json) => one.type === type).value,
  );
  const onFargate = platformCapabilities.join() === "FARGATE";
  if (onFargate && !isFargatePair(vcpus, Number(memory))) throw client("Fargate has no such size");
  const disk = of.ephemeralStorage?.sizeInGiB;
  if (disk !== undefined && (!onFargate || disk < 21 || disk > 200)) throw client("ephemeralStorage is 21 to 200 GiB");
  const ofFargate = ["runtimePlatform", "fargatePlatformConfiguration", "networkConfiguration"];
  if (!onFargate && ofFargate.some((name) => name in of)) throw client(`${ofFargate.join(", ")} are for Fargate`);
  if (onFargate && "linuxParameters" in of && "swappiness" in of.linuxParameters) throw client("swappiness");
}
