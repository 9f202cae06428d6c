import type { AwsBatch } from "../../settings/launchers/aws-batch-settings.ts";
import type { LaunchOrder } from "../launcher.ts";
import { fargateSize, instanceSize } from "./container-size.ts";

/** What SubmitJob is sent. */
export type SubmitJobInput = ReturnType<typeof inputOf>;

type Prepared =
  | { readonly kind: "prepared"; readonly region: string; readonly input: SubmitJobInput }
  | { readonly kind: "impossible"; readonly reason: string };

const MOST_OF_FARGATE = "16 vCPU and 120 GiB";

/** The request for an order, or why this configuration has none. */
export function prepareSubmitJob(settings: AwsBatch, order: LaunchOrder): Prepared {
  const region = order.region ?? settings.region;
  if (region === null) return impossible("The launch has no region: set AWS_REGION or LAUNCH_REGIONS.");
  for (const [name, value] of [
    ["VIDEO_BATCH_JOB_QUEUE", settings.jobQueue],
    ["VIDEO_BATCH_JOB_DEFINITION", settings.jobDefinition],
  ] as const) {
    if (isOfAnotherRegion(value, region))
      return impossible(`${name} is an ARN of another region than ${region}: set the name that it has in each region.`);
  }
  const { vcpus, memoryMib, leastDiskGib } = order.resources;
  if (leastDiskGib > settings.diskGib)
    return impossible(
      `The job needs ${leastDiskGib} GiB of disk and the job definition has ${settings.diskGib}: run setup with a larger --disk-gib and set VIDEO_BATCH_DISK_GIB to it.`,
    );
  const size = settings.platform === "fargate" ? fargateSize(order.resources) : instanceSize(order.resources);
  if (size === null)
    return impossible(
      `The job needs ${vcpus} vCPU and ${memoryMib} MiB, and Fargate has at most ${MOST_OF_FARGATE}: lower the resources of launches, or use EC2.`,
    );
  return { kind: "prepared", region, input: inputOf(settings, order, size) };
}

function inputOf(settings: AwsBatch, order: LaunchOrder, size: { vcpus: number; memoryMib: number }) {
  return {
    jobName: `ladderlock-${order.jobId}`,
    jobQueue: settings.jobQueue,
    jobDefinition: settings.jobDefinition,
    containerOverrides: {
      environment: [{ name: "VIDEO_JOB_ID", value: order.jobId }],
      // `vcpus` and `memory` beside them are refused on Fargate, and these are the only ones that may exceed the definition.
      resourceRequirements: [
        { type: "VCPU", value: String(size.vcpus) },
        { type: "MEMORY", value: String(size.memoryMib) },
      ],
    },
    // Without evaluateOnExit: rules of which none matches repeat the job. The database decides about attempts.
    retryStrategy: { attempts: 1 },
    timeout: { attemptDurationSeconds: settings.timeoutSeconds },
    tags: { app: "ladderlock", jobId: order.jobId, launchId: order.launchId },
    propagateTags: true,
  };
}

function isOfAnotherRegion(nameOrArn: string, region: string): boolean {
  return nameOrArn.startsWith("arn:") && nameOrArn.split(":")[3] !== region;
}

const impossible = (reason: string) => ({ kind: "impossible", reason }) as const;
