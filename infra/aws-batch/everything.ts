import type { Clients } from "./clients.ts";
import { computeEnvironment } from "./compute-environment.ts";
import { type Account, jobDefinition } from "./job-definition.ts";
import { jobQueue } from "./job-queue.ts";
import { launchTemplate } from "./launch-template.ts";
import { logGroup } from "./log-group.ts";
import type { Network } from "./network.ts";
import { parameters } from "./parameters.ts";
import { executionRoleOf, instanceRoleOf, isFargate, jobRoleOf, logGroupOf, type Plan, parameterPath } from "./plan.ts";
import { policy } from "./policies.ts";
import type { Resource } from "./resource.ts";
import { instanceProfile, role } from "./roles.ts";
import type { Waiting } from "./wait-until.ts";

/** In the order in which they need each other. */
export function everything(plan: Plan, network: Network, clients: Clients, waiting: Waiting): Resource[] {
  const account = accountOf(plan, network);
  return [
    ...parameters(plan, clients),
    logGroup(plan, clients),
    ...roles(plan, account, clients),
    ...(isFargate(plan) ? [] : [launchTemplate(plan, clients)]),
    computeEnvironment(plan, network, clients, waiting),
    jobQueue(plan, clients, waiting),
    jobDefinition(plan, network, account, clients),
  ];
}

export function accountOf({ region }: Plan, { account }: Network): Account {
  const partition = region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  return { account, partition };
}

function roles(plan: Plan, account: Account, clients: Clients): Resource[] {
  const values = {
    ...{ ...account, region: plan.region, parameterPath: parameterPath(plan), logGroup: logGroupOf(plan) },
  };
  const trust = policy("trust-ecs-tasks", values);
  const repository = repositoryOf(plan.image);
  const pull = repository === null ? {} : { "pull-image": policy("pull-image", { repository }) };
  const execution = { "read-secrets-and-log": policy("execution-role", values), ...pull };
  const instance = instanceRoleOf(plan);
  const managed = `arn:${account.partition}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role`;
  return [
    role({ roleName: executionRoleOf(plan), trust, policies: execution }, clients),
    // The processor asks AWS for nothing: its role keeps it from those of the instance.
    role({ roleName: jobRoleOf(plan), trust, policies: {} }, clients),
    ...(isFargate(plan)
      ? []
      : [
          role({ roleName: instance, trust: policy("trust-ec2", {}), policies: {}, attached: [managed] }, clients),
          instanceProfile(instance, clients),
        ]),
  ];
}

/** The ARN of a private repository of ECR; null for images of other registries. */
function repositoryOf(image: string): string | null {
  const [, account, region, suffix, name] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?\/([^:@]+)/.exec(image) ?? [];
  if (name === undefined) return null;
  return `arn:${suffix === undefined ? "aws" : "aws-cn"}:ecr:${region}:${account}:repository/${name}`;
}
