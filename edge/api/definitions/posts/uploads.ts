import * as z from "zod";
import { singleLine } from "../../../../shared/application/plain-text.ts";
import { PART_LIMITS } from "../../../../shared/domain/uploads/upload-parts.ts";
import { defineRoute } from "../../definition.ts";
import { instant } from "../shapes.ts";

const WRITE = { kind: "scope", scope: "posts:write" } as const;
const TAG = "Uploads";

/** Of one request: each takes a signature. */
const MOST_ADDRESSES = 100;

const fileName = singleLine(255);
const size = z.int().positive();
const partNumber = z.int().min(1).max(PART_LIMITS.most);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits in lower case");

const completeUploadSchema = z
  .object({ uploadId: z.string(), size, state: z.literal("COMPLETE"), expiresAt: instant })
  .meta({ id: "CompleteUpload" });

const addressesSchema = z.object({
  parts: z.array(z.object({ partNumber: z.int(), size, url: z.string() })),
  urlsExpireAt: instant,
  expiresAt: instant.describe("When the upload expires"),
});

export const createMultipartUpload = defineRoute({
  method: "POST",
  path: "/api/v2/uploads/multipart",
  operationId: "createMultipartUpload",
  tag: TAG,
  summary: "Creates an upload whose parts are sent to R2, and returns the addresses of the first 100 parts",
  access: WRITE,
  audit: "upload.create-multipart",
  body: z.strictObject({
    size,
    fileName,
    partSize: z.int().positive().nullable().default(null),
    sha256: sha256.nullable().default(null).describe("The processor compares it with the file"),
  }),
  responses: {
    201: {
      description: "The upload with addresses for `PUT`",
      schema: addressesSchema
        .extend({ uploadId: z.string(), partSize: size, partCount: z.int() })
        .meta({ id: "NewMultipartUpload" }),
    },
  },
  problems: ["invalid", "not-configured"],
});

export const createPartAddresses = defineRoute({
  method: "POST",
  path: "/api/v2/uploads/multipart/{uploadId}/parts",
  operationId: "createPartAddresses",
  tag: TAG,
  summary: "Returns the addresses of further parts, or new addresses of the same",
  access: WRITE,
  audit: "upload.sign-parts",
  body: z.strictObject({ partNumbers: z.array(partNumber).min(1).max(MOST_ADDRESSES) }),
  responses: {
    200: { description: "Addresses for `PUT`", schema: addressesSchema.meta({ id: "PartAddresses" }) },
  },
  problems: ["not-found", "wrong-state", "invalid", "not-configured"],
});

export const completeMultipartUpload = defineRoute({
  method: "POST",
  path: "/api/v2/uploads/multipart/{uploadId}/complete",
  operationId: "completeMultipartUpload",
  tag: TAG,
  summary: "Joins the parts and compares the object with the announced size",
  access: WRITE,
  audit: "upload.complete",
  body: z.strictObject({
    parts: z
      .array(z.strictObject({ partNumber, etag: z.string().min(1).max(200) }))
      .min(1)
      .max(PART_LIMITS.most),
  }),
  responses: { 200: { description: "The upload, which a post may use", schema: completeUploadSchema } },
  problems: ["not-found", "wrong-state", "invalid"],
});

export const abortMultipartUpload = defineRoute({
  method: "DELETE",
  path: "/api/v2/uploads/multipart/{uploadId}",
  operationId: "abortMultipartUpload",
  tag: TAG,
  summary: "Aborts an upload and deletes what is stored of it",
  access: WRITE,
  audit: "upload.delete",
  responses: { 204: { description: "Deleted" } },
  problems: ["not-found", "wrong-state"],
});

export const copyUpload = defineRoute({
  method: "POST",
  path: "/api/v2/uploads/copy",
  operationId: "copyUpload",
  tag: TAG,
  summary: "Copies an object of the bucket INCOMING; the copy is a complete upload",
  access: WRITE,
  audit: "upload.copy",
  body: z.strictObject({ key: z.string().min(1).max(1024), sha256: sha256.nullable().default(null) }),
  responses: { 201: { description: "The upload, which a post may use", schema: completeUploadSchema } },
  problems: ["invalid", "not-configured"],
});
