import * as z from "zod";
import type { LaunchedRun } from "../launcher.ts";

/** Most ids of one DescribeJobs. */
export const MOST_DESCRIBED = 100;

const STATES = {
  SUBMITTED: "waiting",
  PENDING: "waiting",
  RUNNABLE: "waiting",
  STARTING: "waiting",
  RUNNING: "running",
  SUCCEEDED: "ended",
  FAILED: "ended",
} as const satisfies Record<string, LaunchedRun["state"]>;

const containerSchema = z.object({ exitCode: z.int().nullish(), reason: z.string().nullish() });

const jobSchema = z.object({
  jobId: z.string(),
  status: z.enum(Object.keys(STATES) as [keyof typeof STATES]),
  statusReason: z.string().nullish(),
  tags: z.record(z.string(), z.string()).nullish(),
  container: containerSchema
    .extend({
      environment: z.array(z.object({ name: z.string().nullish(), value: z.string().nullish() })).nullish(),
    })
    .nullish(),
  attempts: z.array(z.object({ container: containerSchema.nullish() })).nullish(),
});

const describedSchema = z.object({ jobs: z.array(jobSchema).nullish() });

type BatchJob = z.infer<typeof jobSchema>;

/** The runs of one region in an answer of DescribeJobs. */
export function runsIn(answer: unknown, platformIdOf: (batchJobId: string) => string): LaunchedRun[] {
  const { jobs } = describedSchema.parse(answer);
  return (jobs ?? []).map((job) => ({
    platformId: platformIdOf(job.jobId),
    jobId: job.tags?.jobId ?? variableOf(job, "VIDEO_JOB_ID"),
    state: STATES[job.status],
    reason: reasonOf(job),
    exitCode: exitCodeOf(job),
  }));
}

function variableOf(job: BatchJob, name: string): string | null {
  return job.container?.environment?.find((one) => one.name === name)?.value ?? null;
}

/** `statusReason` is general ("Essential container in task exited"); the container's reason names what happened to it. */
function reasonOf(job: BatchJob): string | null {
  const inner = job.container?.reason ?? job.attempts?.at(-1)?.container?.reason;
  const reasons = [job.statusReason, inner].filter((one): one is string => typeof one === "string" && one !== "");
  return reasons.length === 0 ? null : [...new Set(reasons)].join(": ");
}

function exitCodeOf(job: BatchJob): number | null {
  const code = job.container?.exitCode ?? job.attempts?.at(-1)?.container?.exitCode ?? null;
  return STATES[job.status] === "ended" ? code : null;
}
