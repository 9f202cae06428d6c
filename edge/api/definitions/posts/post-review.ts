import * as z from "zod";
import { multipleLines } from "../../../../shared/application/plain-text.ts";
import { POST_ACTIONS } from "../../../../shared/domain/post/post-trace.ts";
import { VIDEO_POST_STATUSES } from "../../../../shared/domain/post/video-post.ts";
import { cursorParameter, revisionCursor } from "../../cursor.ts";
import { defineRoute } from "../../definition.ts";
import { fileIndex, millis, nextCursor, seenVersion, wholeNumber } from "../shapes.ts";
import { EDIT_PROBLEMS, POST, READ, VERSIONED_PROBLEMS, WRITE } from "./posts.ts";

/* The review of a post, and its history. */

const LONGEST_REASON = 1000;
const MOST_REVISIONS = 200;
const remark = multipleLines(LONGEST_REASON).nullable().default(null);

export const auditVideoPost = defineRoute({
  method: "POST",
  path: "/api/v2/video-posts/{videoPostId}/audit",
  operationId: "auditVideoPost",
  tag: "Posts",
  summary: "Records a review and returns the post",
  access: WRITE,
  audit: "post.audit",
  /** One object and no union, so that a refusal names the field. */
  body: z
    .strictObject({ result: z.enum(["PASSED", "REJECTED"]), reason: remark, version: seenVersion.optional() })
    .refine(({ result, reason }) => result === "PASSED" || (reason ?? "").trim() !== "", {
      path: ["reason"],
      message: "a rejection needs one",
    }),
  responses: { 200: POST },
  problems: VERSIONED_PROBLEMS,
});

export const submitVideoPost = defineRoute({
  method: "POST",
  path: "/api/v2/video-posts/{videoPostId}/submit",
  operationId: "submitVideoPost",
  tag: "Posts",
  summary: "Submits a rejected post for another review and returns it",
  access: WRITE,
  audit: "post.submit",
  body: z.strictObject({ version: seenVersion.optional() }),
  bodyIsOptional: true,
  responses: { 200: POST },
  problems: VERSIONED_PROBLEMS,
});

export const withdrawVideoPost = defineRoute({
  method: "POST",
  path: "/api/v2/video-posts/{videoPostId}/withdraw",
  operationId: "withdrawVideoPost",
  tag: "Posts",
  summary: "Ends the publication of a post and returns it",
  access: WRITE,
  audit: "post.withdraw",
  body: z.strictObject({ reason: remark, version: seenVersion.optional() }),
  bodyIsOptional: true,
  responses: { 200: POST },
  problems: VERSIONED_PROBLEMS,
});

export const refreshVideoPost = defineRoute({
  method: "POST",
  path: "/api/v2/video-posts/{videoPostId}/refresh",
  operationId: "refreshVideoPost",
  tag: "Posts",
  summary: "Derives the status and the duration from the parts and returns the post",
  access: WRITE,
  audit: "post.refresh",
  responses: { 200: POST },
  problems: EDIT_PROBLEMS,
});

const revisionSchema = z
  .object({
    version: z.int(),
    at: millis,
    actor: z.string().nullable(),
    action: z.enum(POST_ACTIONS).nullable(),
    fileIndex: fileIndex.nullable(),
    result: z.enum(["PASSED", "REJECTED", "SUCCESS", "FAILED"]).nullable(),
    reason: z.string().nullable(),
    fields: z.array(z.string()),
    status: z.enum(VIDEO_POST_STATUSES).nullable(),
  })
  .meta({
    id: "Revision",
    description: "One change of a post. `status` is that of the post after the change.",
  });

export const listVideoPostHistory = defineRoute({
  method: "GET",
  path: "/api/v2/video-posts/{videoPostId}/history",
  operationId: "listVideoPostHistory",
  tag: "Posts",
  summary: "Lists the changes of a post by pages, also of a deleted one",
  access: READ,
  query: z.strictObject({
    limit: wholeNumber(1, MOST_REVISIONS).default(50),
    cursor: cursorParameter(revisionCursor).optional(),
  }),
  responses: {
    200: { description: "The newest changes first", schema: z.object({ items: z.array(revisionSchema), nextCursor }) },
  },
  problems: ["not-found"],
});
