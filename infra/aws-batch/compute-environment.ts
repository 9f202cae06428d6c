import {
  type ComputeEnvironmentDetail,
  type ComputeResource,
  type ComputeResourceUpdate,
  CreateComputeEnvironmentCommand,
  DeleteComputeEnvironmentCommand,
  DescribeComputeEnvironmentsCommand,
  UpdateComputeEnvironmentCommand,
} from "@aws-sdk/client-batch";
import type { Clients } from "./clients.ts";
import type { Network } from "./network.ts";
import { environmentOf, instanceRoleOf, isFargate, launchTemplateOf, type Plan } from "./plan.ts";
import { resource, SetupError } from "./resource.ts";
import { type Waiting, waitUntil } from "./wait-until.ts";

/** Families with much CPU for each GiB of memory; Batch picks the sizes. */
const INSTANCE_FAMILIES = { ARM64: ["c8g", "c7g", "c6g"], X86_64: ["c7a", "c7i", "c6a", "c6i"] } as const;
const IMAGE_TYPE = "ECS_AL2023";

export function computeEnvironment(plan: Plan, network: Network, { batch }: Clients, waiting: Waiting) {
  const computeEnvironmentName = environmentOf(plan);
  const wanted = resourcesOf(plan, network);

  async function find(): Promise<ComputeEnvironmentDetail | null> {
    const asked = new DescribeComputeEnvironmentsCommand({ computeEnvironments: [computeEnvironmentName] });
    return (await batch.send(asked)).computeEnvironments?.[0] ?? null;
  }

  const isSettled = () =>
    waitUntil(
      `make the compute environment ${computeEnvironmentName}`,
      async () => {
        const found = await find();
        if (found?.status === "INVALID")
          throw new SetupError(`The compute environment ${computeEnvironmentName} is invalid: ${found.statusReason}`);
        return found?.status === "VALID" ? found : undefined;
      },
      waiting,
    );

  return resource<ComputeEnvironmentDetail>({
    title: `compute environment ${computeEnvironmentName}`,
    read: find,
    differences(state) {
      const has = state.computeResources;
      return [
        ...(state.state === "ENABLED" ? [] : ["It is disabled."]),
        ...(state.status === "VALID" || state.status === "UPDATING"
          ? []
          : [`Its status is ${state.status}: ${state.statusReason ?? "AWS gives no reason"}.`]),
        ...different("type", has?.type, wanted.type),
        ...different("maxvCpus", has?.maxvCpus, wanted.maxvCpus),
        ...different("minvCpus", has?.minvCpus ?? 0, 0),
        ...different("subnets", sorted(has?.subnets), sorted(wanted.subnets)),
        ...different("security groups", sorted(has?.securityGroupIds), sorted(wanted.securityGroupIds)),
        ...(isFargate(plan)
          ? []
          : [
              ...different("allocation strategy", has?.allocationStrategy, wanted.allocationStrategy),
              ...different("instance types", sorted(has?.instanceTypes), sorted(wanted.instanceTypes)),
              ...(has?.bidPercentage === undefined || has.bidPercentage === 100
                ? []
                : [`It pays at most ${has.bidPercentage} % of the price on demand: leave bidPercentage out.`]),
            ]),
      ];
    },
    async put(state) {
      if (state === null) {
        await batch.send(
          new CreateComputeEnvironmentCommand({
            ...{ computeEnvironmentName, type: "MANAGED", state: "ENABLED", computeResources: wanted },
            tags: { app: "ladderlock" },
          }),
        );
      } else {
        if (state.computeResources?.type !== wanted.type)
          throw new SetupError(`The type of ${computeEnvironmentName} cannot be changed. Run teardown, then setup.`);
        const computeResources = updateOf(wanted);
        await batch.send(
          new UpdateComputeEnvironmentCommand({
            ...{ computeEnvironment: computeEnvironmentName, state: "ENABLED", computeResources },
          }),
        );
      }
      await isSettled();
    },
    async remove(state) {
      const computeEnvironment = computeEnvironmentName;
      if (state.state !== "DISABLED") {
        await batch.send(new UpdateComputeEnvironmentCommand({ computeEnvironment, state: "DISABLED" }));
        await isSettled();
      }
      if (state.status !== "DELETING") await batch.send(new DeleteComputeEnvironmentCommand({ computeEnvironment }));
      const isGone = async () => ((await find()) === null ? true : undefined);
      await waitUntil(`delete the compute environment ${computeEnvironmentName}`, isGone, waiting);
    },
  });
}

function resourcesOf(plan: Plan, network: Network): ComputeResource {
  const place = { subnets: [...network.subnets], securityGroupIds: [...network.securityGroups] };
  const { maxVcpus: maxvCpus } = plan;
  if (isFargate(plan)) return { type: plan.platform === "fargate" ? "FARGATE" : "FARGATE_SPOT", maxvCpus, ...place };
  return {
    ...{ type: "SPOT", allocationStrategy: "SPOT_PRICE_CAPACITY_OPTIMIZED", minvCpus: 0, maxvCpus, ...place },
    instanceTypes: [...INSTANCE_FAMILIES[plan.architecture]],
    instanceRole: instanceRoleOf(plan),
    ec2Configuration: [{ imageType: IMAGE_TYPE }],
    launchTemplate: { launchTemplateName: launchTemplateOf(plan), version: "$Latest" },
  };
}

/** The type cannot be updated. 100 takes an earlier limit of the price away: an update cannot leave it out. */
function updateOf({ type, minvCpus: _, allocationStrategy: __, ...changed }: ComputeResource): ComputeResourceUpdate {
  if (type !== "SPOT") return changed;
  const allocationStrategy = "SPOT_PRICE_CAPACITY_OPTIMIZED";
  return { ...changed, allocationStrategy, minvCpus: 0, bidPercentage: 100 };
}

const sorted = (names: readonly string[] | undefined) => (names ?? []).toSorted().join(", ");

function different(what: string, has: unknown, wanted: unknown): string[] {
  return has === wanted ? [] : [`Its ${what}: ${String(has ?? "none")} instead of ${String(wanted)}.`];
}
