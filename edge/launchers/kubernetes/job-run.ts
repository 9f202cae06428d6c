import * as z from "zod";
import type { LaunchedRun } from "../launcher.ts";
import { platformWords } from "../platform-words.ts";
import { JOB_ID_LABEL } from "./job-request.ts";

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
});

const labelled = z.object({ name: z.string(), labels: z.record(z.string(), z.string()).optional() });

/** What is read of the list of Jobs. */
export const jobsSchema = z.object({
  items: z.array(
    z.object({ metadata: labelled, status: z.object({ conditions: z.array(condition).optional() }).optional() }),
  ),
});

const said = z.object({ reason: z.string().optional(), message: z.string().optional() });

const containerState = z.object({
  waiting: said.optional(),
  terminated: said.extend({ exitCode: z.int() }).optional(),
});

const podStatus = z.object({
  phase: z.string().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  conditions: z.array(condition).optional(),
  containerStatuses: z.array(z.object({ state: containerState.optional() })).optional(),
});

/** What is read of the list of their pods. */
export const podsSchema = z.object({
  items: z.array(z.object({ metadata: labelled, status: podStatus.optional() })),
});

export type Job = z.infer<typeof jobsSchema>["items"][number];
export type Pod = z.infer<typeof podsSchema>["items"][number];

/** The label that Kubernetes gives to the pods of a Job. */
const POD_OF_JOB = "batch.kubernetes.io/job-name";

export function podOf({ metadata: { name } }: Job, pods: readonly Pod[]): Pod | undefined {
  return pods.find(({ metadata }) => metadata.labels?.[POD_OF_JOB] === name);
}

export function runOf(job: Job, pod: Pod | undefined): LaunchedRun {
  const exitCode = containerOf(pod)?.terminated?.exitCode ?? null;
  const state = stateOf(job, pod);
  return {
    ...{ platformId: job.metadata.name, jobId: job.metadata.labels?.[JOB_ID_LABEL] ?? null },
    ...{ state, reason: exitCode === 0 ? null : reasonOf(job, pod, state), exitCode },
  };
}

const endOf = ({ status }: Job) =>
  status?.conditions?.find(({ type, status: is }) => ["Complete", "Failed"].includes(type) && is === "True");

const containerOf = (pod: Pod | undefined) => pod?.status?.containerStatuses?.[0]?.state;

function stateOf(job: Job, pod: Pod | undefined): LaunchedRun["state"] {
  const phase = pod?.status?.phase;
  if (endOf(job) !== undefined || phase === "Succeeded" || phase === "Failed") return "ended";
  return phase === "Running" ? "running" : "waiting";
}

/** The pod knows best: that it was evicted, killed for memory, cannot pull its image or fits on no node. */
function reasonOf(job: Job, pod: Pod | undefined, state: LaunchedRun["state"]): string | null {
  const { terminated, waiting } = containerOf(pod) ?? {};
  const status = pod?.status;
  const place = status?.conditions?.find((one) => one.type === "PodScheduled" && one.status === "False");
  const causes = state === "ended" ? [status, terminated, endOf(job)] : [waiting, place];
  const found = causes.find((cause) => cause?.reason !== undefined && cause.reason !== "Error");
  if (found === undefined) return null;
  return platformWords([found.reason, found.message].filter(Boolean).join(": "), []);
}
