import * as z from "zod";
import { progressSchema } from "../../../../shared/application/protocols/job-protocol.ts";
import { LAUNCH_STATES, REFUSAL_CAUSES } from "../../../../shared/domain/job/job-launch.ts";
import { JOB_KINDS, JOB_STAGES, JOB_STATES } from "../../../../shared/domain/job/transcode-job.ts";
import { cursorParameter, jobCursor } from "../../cursor.ts";
import { defineRoute } from "../../definition.ts";
import { failCode, fileIndex, millis, nextCursor, videoPostId, wholeNumber } from "../shapes.ts";

const READ = { kind: "scope", scope: "posts:read" } as const;
const WRITE = { kind: "scope", scope: "posts:write" } as const;

export const launchSchema = z
  .object({
    launchId: z.string(),
    jobId: z
      .string()
      .describe("the job that it was ordered for; the encrypt job of a part may run in the same container"),
    number: z.int().describe("counts the launches of that job"),
    state: z.enum(LAUNCH_STATES),
    platform: z.string(),
    region: z.string().nullable(),
    platformId: z.string().nullable().describe("the platform's name of the container"),
    cause: z.enum(REFUSAL_CAUSES).nullable(),
    reason: z.string().nullable().describe("the platform's own words on why it does not start, or has ended"),
    exitCode: z.int().nullable(),
    createdAt: millis,
    updatedAt: millis,
  })
  .meta({ id: "JobLaunch", description: "A container that was ordered for a job." });

export const jobSchema = z
  .object({
    jobId: z.string(),
    videoPostId: z.string(),
    kind: z.enum(JOB_KINDS),
    state: z.enum(JOB_STATES),
    stage: z.enum(JOB_STAGES).nullable(),
    claimNo: z.int(),
    attempt: z.int(),
    maxAttempts: z.int(),
    leaseOwner: z.string().nullable(),
    leaseExpiresAt: millis.nullable(),
    runAfter: millis,
    launchAfter: millis.nullable(),
    progress: progressSchema.nullable(),
    failCode: failCode.nullable(),
    failReason: z.string().nullable(),
    cancelRequested: z.boolean(),
    createdAt: millis,
    startedAt: millis.nullable(),
    finishedAt: millis.nullable(),
    fileIndex: fileIndex.nullable(),
    launch: launchSchema.nullable().describe("the newest launch; null without one, and where processors poll"),
  })
  .meta({ id: "Job", description: "Times are milliseconds since the epoch." });
export type JobView = z.output<typeof jobSchema>;

export const listJobs = defineRoute({
  method: "GET",
  path: "/api/v2/jobs",
  operationId: "listJobs",
  tag: "Jobs",
  summary: "Lists jobs with live progress",
  access: READ,
  query: z.strictObject({
    videoPostId: videoPostId.optional(),
    state: z.enum(JOB_STATES).optional(),
    kind: z.enum(JOB_KINDS).optional(),
    cursor: cursorParameter(jobCursor).optional(),
    limit: wholeNumber(1, 200).default(100),
  }),
  responses: {
    200: { description: "The newest jobs first", schema: z.object({ jobs: z.array(jobSchema), nextCursor }) },
  },
  problems: [],
});

export const getJob = defineRoute({
  method: "GET",
  path: "/api/v2/jobs/{jobId}",
  operationId: "getJob",
  tag: "Jobs",
  summary: "Returns one job with live progress",
  access: READ,
  responses: { 200: { description: "The job", schema: jobSchema } },
  problems: ["not-found"],
});

const CHANGE_PROBLEMS = ["not-found", "deleted", "conflict", "wrong-state", "invalid"] as const;

export const cancelJob = defineRoute({
  method: "POST",
  path: "/api/v2/jobs/{jobId}/cancel",
  operationId: "cancelJob",
  tag: "Jobs",
  summary: "Cancels a job",
  access: WRITE,
  audit: "job.cancel",
  responses: {
    202: {
      description: "`requested`: a processor was working on it; `cancelled`: none was",
      schema: z.object({ outcome: z.enum(["cancelled", "requested"]) }),
    },
  },
  problems: CHANGE_PROBLEMS,
});

export const retryJob = defineRoute({
  method: "POST",
  path: "/api/v2/jobs/{jobId}/retry",
  operationId: "retryJob",
  tag: "Jobs",
  summary: "Queues a FAILED job again, or creates a new job for a CANCELLED one",
  access: WRITE,
  audit: "job.retry",
  responses: { 202: { description: "The queued job", schema: jobSchema } },
  problems: CHANGE_PROBLEMS,
});
