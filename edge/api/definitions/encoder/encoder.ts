import * as z from "zod";
import { ENCODER_STATUSES } from "../../../../shared/domain/encoder/encoder-job.ts";
import { JOB_STAGES } from "../../../../shared/domain/job/transcode-job.ts";
import { LONGEST_WEBHOOK_URL } from "../../../../shared/domain/webhooks/webhook-address.ts";
import { cursorParameter, encoderJobCursor } from "../../cursor.ts";
import { defineRoute } from "../../definition.ts";
import { overlapSeconds, secret } from "../admin/webhooks.ts";
import { metadata, passthrough, title } from "../posts/post-fields.ts";
import { RESOURCE_TYPES, variantSchema } from "../posts/posts.ts";
import { failCode, givenInstant, instant, nextCursor, wholeNumber } from "../shapes.ts";

const READ = { kind: "scope", scope: "posts:read" } as const;
const WRITE = { kind: "scope", scope: "posts:write" } as const;
const TAG = "Encoder";

const jobId = z.string().describe("`job-` and a UUID; a retry keeps it");
const resourceType = z.enum(RESOURCE_TYPES);
const status = z.enum(ENCODER_STATUSES);
const percent = z.number().min(0).max(100);

const addresses = { statusUrl: z.string(), jobUrl: z.string() };

const progress = {
  jobId,
  status,
  stage: z
    .enum([...JOB_STAGES, "QUEUED"])
    .nullable()
    .describe("what the status does not name: `QUEUED` while no processor works on the job; null at the end"),
  progressPercentage: percent.describe("of the stage; 100 for a completed job"),
  currentVariant: z.int().nullable().describe("n of vn or an: the variant with the fewest finished segments"),
  variantProgressPercentage: percent.nullable(),
  completedSegments: z.int().describe("of all variants"),
  totalSegments: z.int().nullable(),
};

const failure = z
  .object({ code: failCode, message: z.string().describe("a sentence for people") })
  .nullable()
  .describe("of a failed job");

export const encoderStatusSchema = z
  .object({ ...progress, failure, ...addresses })
  .meta({ id: "EncoderJobStatus", description: "The progress of a job." });

export const encoderJobSchema = z
  .object({
    ...progress,
    slug: z.string(),
    title: z.string(),
    resourceType,
    videoPostId: z.string(),
    variants: z
      .record(z.string(), variantSchema)
      .describe("by name: `v0` (1080p) to `v3` (360p), `a0` (192k) to `a2` (96k)"),
    masterPlaylistUrl: z.string().nullable().describe("null until the job is completed"),
    securePlaybackUrl: z
      .string()
      .nullable()
      .describe("with a token for an anonymous viewer that was made for this response; null if it would allow nothing"),
    keyPrefix: z.string().nullable().describe("the folder of the objects in the bucket"),
    durationSeconds: z.number().nullable(),
    warnings: z.array(z.string()),
    failure,
    metadata: z.record(z.string(), z.string()),
    passthrough: z.string().nullable(),
    ...addresses,
    createdAt: instant,
    finishedAt: instant.nullable(),
  })
  .meta({ id: "EncoderJob", description: "A job of the encoder API with its result." });
export type EncoderJobView = z.output<typeof encoderJobSchema>;

const url = z.url({ protocol: /^https?$/ }).max(2000);

/** One object and no union, so that a refusal names the field. */
const request = z
  .strictObject({
    url: url.optional().describe("the file; http or https at a public host"),
    uploadId: z.string().min(1).max(64).optional().describe("instead of `url`: a complete upload of the caller"),
    title,
    resourceType,
    access: z
      .enum(["public", "policy"])
      .default("public")
      .describe("`policy`: the deployment's default policies; `public`: everybody may watch every quality"),
    passthrough: passthrough.nullable().default(null),
    metadata: metadata.default({}),
    webhookUrl: z
      .string()
      .min(1)
      .max(LONGEST_WEBHOOK_URL)
      .nullable()
      .default(null)
      .describe("https, at a public host: receives the end of the job"),
  })
  .superRefine(({ url: given, uploadId }, check) => {
    if ((given === undefined) !== (uploadId === undefined)) return;
    check.addIssue({ code: "custom", path: ["url"], message: "give either a url or an uploadId" });
  });

export const createEncoderJob = defineRoute({
  method: "POST",
  path: "/api/v2/m3u8-encoder/upload/url",
  operationId: "createEncoderJob",
  tag: TAG,
  summary: "Accepts the URL of a file, which becomes a video or audio that plays",
  access: WRITE,
  audit: "encoder-job.create",
  body: request,
  responses: {
    201: {
      description: "The job, which waits for a processor",
      schema: z
        .object({
          status: z.literal("accepted"),
          jobId,
          slug: z.string().describe("of the title; the same title gives the same one"),
          title: z.string(),
          jobStatus: status,
          ...addresses,
        })
        .meta({ id: "AcceptedEncoderJob" }),
    },
  },
  problems: ["not-found", "deleted", "wrong-state", "invalid"],
});

export const getEncoderStatus = defineRoute({
  method: "GET",
  path: "/api/v2/m3u8-encoder/status/{jobId}",
  operationId: "getEncoderStatus",
  tag: TAG,
  summary: "Returns the progress of a job",
  access: READ,
  responses: { 200: { description: "The progress", schema: encoderStatusSchema } },
  problems: ["not-found", "deleted"],
});

export const getEncoderJob = defineRoute({
  method: "GET",
  path: "/api/v2/m3u8-encoder/jobs/{jobId}",
  operationId: "getEncoderJob",
  tag: TAG,
  summary: "Returns a job with its progress and its result",
  access: READ,
  responses: { 200: { description: "The job", schema: encoderJobSchema } },
  problems: ["not-found", "deleted"],
});

const page = {
  status: status.optional(),
  limit: wholeNumber(1, 100).default(50),
  cursor: cursorParameter(encoderJobCursor).optional(),
};

export const listEncoderJobs = defineRoute({
  method: "GET",
  path: "/api/v2/m3u8-encoder/jobs",
  operationId: "listEncoderJobs",
  tag: TAG,
  summary: "Lists jobs by pages",
  access: READ,
  query: z
    .strictObject({
      ...page,
      slug: z.string().min(1).max(200).optional(),
      resourceType: resourceType.optional(),
      createdFrom: givenInstant.optional(),
      createdBefore: givenInstant.optional(),
    })
    .refine(
      ({ createdFrom, createdBefore }) =>
        createdFrom === undefined || createdBefore === undefined || createdFrom < createdBefore,
      "createdFrom must be before createdBefore",
    ),
  responses: {
    200: {
      description: "The newest jobs first. A page may have fewer jobs than `limit` although others follow",
      schema: z.object({ items: z.array(encoderJobSchema), nextCursor }),
    },
  },
  problems: [],
});

export const getCollection = defineRoute({
  method: "GET",
  path: "/api/v2/m3u8-encoder/collections/{slug}",
  operationId: "getCollection",
  tag: TAG,
  summary: "Lists the jobs of one title by pages",
  access: READ,
  query: z.strictObject(page),
  responses: {
    200: {
      description: "In the order of their creation",
      schema: z
        .object({ slug: z.string(), items: z.array(encoderJobSchema), nextCursor })
        .meta({ id: "EncoderCollection" }),
    },
  },
  problems: [],
});

const CHANGE_PROBLEMS = ["not-found", "deleted", "conflict", "wrong-state", "invalid"] as const;

export const cancelEncoderJob = defineRoute({
  method: "POST",
  path: "/api/v2/m3u8-encoder/jobs/{jobId}/cancel",
  operationId: "cancelEncoderJob",
  tag: TAG,
  summary: "Cancels a job and deletes what it has made; 409 once it has ended",
  access: WRITE,
  audit: "encoder-job.cancel",
  responses: {
    200: {
      description: "The job is CANCELLED",
      schema: z.object({ message: z.literal("Job cancelled successfully") }),
    },
  },
  problems: CHANGE_PROBLEMS,
});

export const retryEncoderJob = defineRoute({
  method: "POST",
  path: "/api/v2/m3u8-encoder/jobs/{jobId}/retry",
  operationId: "retryEncoderJob",
  tag: TAG,
  summary: "Queues a FAILED or CANCELLED job again, under its id",
  access: WRITE,
  audit: "encoder-job.retry",
  responses: { 202: { description: "The queued job", schema: encoderJobSchema } },
  problems: CHANGE_PROBLEMS,
});

export const rotateEncoderWebhookSecret = defineRoute({
  method: "POST",
  path: "/api/v2/m3u8-encoder/webhook-secret",
  operationId: "rotateEncoderWebhookSecret",
  tag: TAG,
  summary: "Creates the secret that signs what jobs send to their `webhookUrl`, or a new one; shown once",
  access: { kind: "scope", scope: "webhooks:manage" },
  audit: "encoder-webhook.rotate-secret",
  body: z.strictObject({ overlapSeconds }),
  bodyIsOptional: true,
  responses: {
    200: { description: "The new secret", schema: z.object({ secret, previousExpiresAt: instant }) },
  },
  problems: [],
});
