import * as z from "zod";
import { FAILURE_CODES } from "../../shared/domain/job/failure.ts";
import { REFUSAL_CAUSES } from "../../shared/domain/job/job-launch.ts";
import { JOB_KINDS } from "../../shared/domain/job/transcode-job.ts";
import { METADATA_LIMITS } from "../../shared/domain/post/post-metadata.ts";
import { QUALITIES, type Quality } from "../../shared/domain/quality/quality.ts";
import { QUALITY_POLICIES } from "../../shared/domain/quality/quality-auth.ts";
import type { WebhookEventType } from "../../shared/domain/webhooks/webhook-event.ts";

const instant = z.iso.datetime();
const fileIndex = z.int().min(0);
const reason = z.string();
const failCode = z.enum(FAILURE_CODES);
const posterUrl = z
  .string()
  .nullable()
  .describe("relative to the Worker; null unless the part is published and public in every quality");
const uploadTokenId = z.string().nullable().describe("null for an upload of a caller");

/** Of a post, as it is when the event is first handled. */
const OF_A_POST = {
  videoPostId: z.string(),
  version: z.int().describe("grows with every change of the post: a lower one is older"),
  metadata: z.record(z.string(), z.string()).describe(`of the site, up to ${METADATA_LIMITS.bytes} bytes`),
  passthrough: z.string().nullable(),
};

const ofPost = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject({ ...OF_A_POST, ...shape });

const policies = z.array(
  z.strictObject({
    quality: z.enum(QUALITIES as [Quality, ...Quality[]]),
    policy: z.enum(QUALITY_POLICIES),
    entitlement: z.string().nullable(),
  }),
);

type Described = { readonly when: string; readonly data: z.ZodType };

/** Every event with its `data`. The OpenAPI document publishes them. */
export const WEBHOOK_EVENTS: Readonly<Record<WebhookEventType, Described>> = {
  "post.created": {
    when: "A post is created, also by an import or an upload token.",
    data: ofPost({ fileIndexes: z.array(fileIndex) }),
  },
  "post.published": {
    when: "A review publishes the post, or all parts of a post with autoPublish are ready.",
    data: ofPost({ status: z.literal("PUBLISHED"), publishedAt: instant, posterUrl }),
  },
  "post.unpublished": { when: "The post is no longer published and was not deleted.", data: ofPost({}) },
  "post.rejected": {
    when: "A review rejects the post.",
    data: ofPost({ status: z.literal("REJECTED"), reason }),
  },
  "post.deleted": { when: "The post is deleted.", data: ofPost({ status: z.literal("DELETED") }) },
  "part.added": { when: "A part is added to a post.", data: ofPost({ fileIndex }) },
  "part.replaced": { when: "A part plays its new source.", data: ofPost({ fileIndex, posterUrl }) },
  "part.removed": { when: "A part is removed from its post.", data: ofPost({ fileIndex }) },
  "part.ready": { when: "A part plays for the first time.", data: ofPost({ fileIndex, posterUrl }) },
  "part.failed": {
    when: "A job of a part that never played has failed for good.",
    data: ofPost({ fileIndex, failCode, reason, jobId: z.string() }),
  },
  "job.failed": {
    when: "A job has failed for good, whatever its part plays.",
    data: ofPost({ fileIndex, failCode, reason, jobId: z.string(), kind: z.enum(JOB_KINDS) }),
  },
  "job.launch_delayed": {
    when: "A platform refuses a container for a job, does not start it yet, or it ends before its claim.",
    data: z.strictObject({
      videoPostId: z.string(),
      fileIndex: fileIndex.nullable(),
      jobId: z.string(),
      launchId: z.string(),
      platform: z.string(),
      state: z.enum(["REFUSED", "STARTED", "ENDED"]).describe("STARTED: the platform has accepted it and waits"),
      cause: z.enum(REFUSAL_CAUSES).nullable().describe("null where nothing was refused"),
      reason: z.string().describe("the platform's own words"),
    }),
  },
  "key.rotated": {
    when: "A part plays under new content keys.",
    data: ofPost({ fileIndex, keyVersion: z.int() }),
  },
  "key.rotation_failed": {
    when: "A rotation has failed for good; the part plays under its old keys.",
    data: ofPost({ fileIndex, failCode, reason, jobId: z.string() }),
  },
  "policy.changed": {
    when: "Policies of qualities of a part are changed; those that are named.",
    data: ofPost({ fileIndex, policies }),
  },
  "caption.changed": {
    when: "Captions or chapters of a part are changed by an editor.",
    data: ofPost({ fileIndex }),
  },
  "session.limit_reached": {
    when: "A viewer is refused a key because of the limit of sessions; at most once a minute for each viewer.",
    data: z.strictObject({
      videoPostId: z.string().nullable(),
      fileIndex: fileIndex.nullable(),
      viewerId: z.string().nullable(),
      tokenId: z.string().nullable(),
    }),
  },
  "upload.completed": {
    when: "All bytes of an upload are stored: of tus, of several parts, or of a copy.",
    data: z.strictObject({ uploadId: z.string(), size: z.int(), fileName: z.string().nullable(), uploadTokenId }),
  },
  "upload.expired": {
    when: "An upload of which no part was made is deleted after its time, or an upload token ends without an upload.",
    data: z.strictObject({
      uploadId: z.string().nullable().describe("null for an upload token without an upload"),
      size: z.int().nullable(),
      state: z.enum(["OPEN", "COMPLETE"]).nullable().describe("OPEN: bytes were missing"),
      fileName: z.string().nullable(),
      uploadTokenId,
    }),
  },
};

/** The body of an event. */
export function webhookBodySchema(type: WebhookEventType) {
  return z.strictObject({ type: z.literal(type), timestamp: instant, data: WEBHOOK_EVENTS[type].data });
}
