import * as z from "zod";
import {
  claimOneReplySchema,
  claimOneRequestSchema,
  claimRequestSchema,
  contentKeysSchema,
  deletedPrefixesSchema,
  encryptReportSchema,
  failReplySchema,
  failReportSchema,
  heartbeatReplySchema,
  prefixListSchema,
  prefixUsesSchema,
  progressSchema,
  scanReportSchema,
  transcodeReplySchema,
  transcodeReportSchema,
  workOrderSchema,
} from "../../../../shared/application/protocols/job-protocol.ts";
import { defineRoute } from "../../definition.ts";

/* Bodies are not strict here: a processor may be newer than the Worker. */

const TAG = "Processors";
const PROCESSOR = { kind: "processor" } as const;
const JOB = { kind: "job" } as const;
const DONE = { 204: { description: "Done" } } as const;
/** `JOB_REFUSALS` of the job service. */
const HELD_PROBLEMS = [
  "credentials-invalid",
  "not-allowed",
  "lease-lost",
  "not-found",
  "deleted",
  "conflict",
  "wrong-state",
  "invalid",
] as const;
/** For routes that read nothing of their body. */
const anything = z.looseObject({});

export const claimJob = defineRoute({
  method: "POST",
  path: "/internal/jobs/claim",
  operationId: "claimJob",
  tag: TAG,
  summary: "Claims the oldest due job",
  access: PROCESSOR,
  body: claimRequestSchema,
  responses: {
    200: { description: "A job and everything that its work needs", schema: workOrderSchema },
    204: { description: "Nothing is due" },
  },
  problems: [],
});

export const claimOneJob = defineRoute({
  method: "POST",
  path: "/internal/jobs/{jobId}/claim",
  operationId: "claimOneJob",
  tag: TAG,
  summary: "Claims this job and no other",
  access: PROCESSOR,
  body: claimOneRequestSchema,
  responses: { 200: { description: "The work order, or why there is none", schema: claimOneReplySchema } },
  problems: [],
});

export const scanJobs = defineRoute({
  method: "POST",
  path: "/internal/jobs/scan",
  operationId: "scanJobs",
  tag: TAG,
  summary: "Requeues expired leases, ends exhausted jobs and creates missing ones",
  access: PROCESSOR,
  body: anything,
  bodyIsOptional: true,
  responses: { 200: { description: "What the scan did", schema: scanReportSchema } },
  problems: [],
});

export const heartbeat = defineRoute({
  method: "POST",
  path: "/internal/jobs/{jobId}/heartbeat",
  operationId: "heartbeat",
  tag: TAG,
  summary: "Extends the lease and stores the progress",
  access: JOB,
  body: progressSchema,
  responses: { 200: { description: "Whether the job was cancelled", schema: heartbeatReplySchema } },
  problems: HELD_PROBLEMS,
});

export const reportProgress = defineRoute({
  method: "POST",
  path: "/internal/jobs/{jobId}/progress",
  operationId: "reportProgress",
  tag: TAG,
  summary: "Reports live progress, which is not stored",
  access: JOB,
  body: progressSchema,
  responses: DONE,
  problems: HELD_PROBLEMS,
});

export const stageKeys = defineRoute({
  method: "POST",
  path: "/internal/jobs/{jobId}/keys",
  operationId: "stageKeys",
  tag: TAG,
  summary: "Returns the content keys of an encrypt job, the same for each of its claims",
  access: JOB,
  body: anything,
  bodyIsOptional: true,
  responses: { 200: { description: "Unwrapped keys", schema: contentKeysSchema } },
  problems: HELD_PROBLEMS,
});

export const recordTranscode = defineRoute({
  method: "POST",
  path: "/internal/jobs/{jobId}/transcode-result",
  operationId: "recordTranscode",
  tag: TAG,
  summary: "Records the result of a transcode job",
  access: JOB,
  body: transcodeReportSchema,
  responses: { 200: { description: "The encrypt job that follows", schema: transcodeReplySchema } },
  problems: HELD_PROBLEMS,
});

export const recordEncrypt = defineRoute({
  method: "POST",
  path: "/internal/jobs/{jobId}/encrypt-result",
  operationId: "recordEncrypt",
  tag: TAG,
  summary: "Records the result of an encrypt job",
  access: JOB,
  body: encryptReportSchema,
  responses: DONE,
  problems: HELD_PROBLEMS,
});

export const failJob = defineRoute({
  method: "POST",
  path: "/internal/jobs/{jobId}/fail",
  operationId: "failJob",
  tag: TAG,
  summary: "Reports a failed attempt",
  access: JOB,
  body: failReportSchema,
  responses: { 200: { description: "Whether there is a further attempt", schema: failReplySchema } },
  problems: HELD_PROBLEMS,
});

export const releaseJob = defineRoute({
  method: "POST",
  path: "/internal/jobs/{jobId}/release",
  operationId: "releaseJob",
  tag: TAG,
  summary: "Gives the job back after a clean stop",
  access: JOB,
  body: anything,
  bodyIsOptional: true,
  responses: DONE,
  problems: HELD_PROBLEMS,
});

export const acknowledgeCancel = defineRoute({
  method: "POST",
  path: "/internal/jobs/{jobId}/cancelled",
  operationId: "acknowledgeCancel",
  tag: TAG,
  summary: "Reports that the holder of a cancelled job has stopped",
  access: JOB,
  body: anything,
  bodyIsOptional: true,
  responses: DONE,
  problems: HELD_PROBLEMS,
});

export const checkGarbage = defineRoute({
  method: "POST",
  path: "/internal/garbage/check",
  operationId: "checkGarbage",
  tag: TAG,
  summary: "Returns what stored prefixes are to the database",
  access: PROCESSOR,
  body: prefixListSchema,
  responses: { 200: { description: "In the order of the request", schema: prefixUsesSchema } },
  problems: [],
});

export const deleteGarbage = defineRoute({
  method: "POST",
  path: "/internal/garbage/delete",
  operationId: "deleteGarbage",
  tag: TAG,
  summary: "Deletes those prefixes that are still garbage",
  access: PROCESSOR,
  body: prefixListSchema,
  responses: { 200: { description: "The deleted prefixes", schema: deletedPrefixesSchema } },
  problems: [],
});
