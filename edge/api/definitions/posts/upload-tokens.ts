import * as z from "zod";
import { UPLOAD_TOKEN_STATES } from "../../../../shared/domain/uploads/upload-token.ts";
import { cursorParameter, uploadTokenCursor } from "../../cursor.ts";
import { defineRoute } from "../../definition.ts";
import { givenInstant, instant, nextCursor, wholeNumber } from "../shapes.ts";
import { authorId, description, interaction, metadata, passthrough, title } from "./post-fields.ts";

const READ = { kind: "scope", scope: "posts:read" } as const;
const WRITE = { kind: "scope", scope: "posts:write" } as const;
const TAG = "Uploads";

/** As a browser writes it in the header Origin (RFC 6454 6.2). */
const webOrigin = z
  .string()
  .max(300)
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text,
    "must be an origin as browsers send it, such as https://studio.example.com, without a path",
  );

const postDefaults = z.strictObject({
  authorId: authorId.nullable().default(null).describe("Another author than the caller needs the scope posts:author"),
  title: title.nullable().default(null).describe("Without it the name of the file is the title"),
  description: description.default(""),
  resourceType: z.enum(["VIDEO", "AUDIO"]),
  interaction: interaction.default({ comments: true, liveComments: true }),
  access: z.enum(["POLICY", "PUBLIC"]).default("POLICY"),
  autoPublish: z.boolean().default(false),
  metadata: metadata.default({}),
  passthrough: passthrough.nullable().default(null),
});

const LONGEST_DURATION_SECONDS = 1_000_000;
const maxDurationSeconds = z.number().positive().max(LONGEST_DURATION_SECONDS).nullable();

const uploadTokenSchema = z
  .object({
    tokenId: z.string(),
    state: z.enum(UPLOAD_TOKEN_STATES),
    maxBytes: z.int(),
    maxDurationSeconds,
    corsOrigin: z.string().nullable(),
    uses: z.literal(1),
    postDefaults: z.object({
      ...postDefaults.shape,
      authorId: z.string(),
      title: z.string().nullable(),
      interaction: z.object(interaction.shape),
      metadata: z.record(z.string(), z.string()),
      passthrough: z.string().nullable(),
    }),
    createdBy: z.string(),
    createdAt: instant,
    expiresAt: instant,
    revokedAt: instant.nullable(),
    upload: z
      .object({ uploadId: z.string(), size: z.int().nullable(), offset: z.int(), expiresAt: instant })
      .nullable()
      .describe("The upload in progress, as long as it is stored"),
    videoPostId: z.string().nullable().describe("The post, once it is created"),
  })
  .meta({ id: "UploadToken" });

export const createUploadToken = defineRoute({
  method: "POST",
  path: "/api/v2/upload-tokens",
  operationId: "createUploadToken",
  tag: TAG,
  summary: "Creates an address for one upload without an API key; the address is shown once",
  access: WRITE,
  audit: "upload-token.create",
  body: z.strictObject({
    postDefaults,
    maxBytes: z.int().positive().nullable().default(null).describe("Without it as large as the deployment accepts"),
    maxDurationSeconds: maxDurationSeconds.default(null),
    expiresAt: givenInstant.nullable().default(null).describe("Until when an upload may start; a day without it"),
    corsOrigin: webOrigin.nullable().default(null).describe("The one origin whose pages may use the address"),
    uses: z.literal(1).default(1),
  }),
  responses: {
    201: {
      description: "The token with the address that tus clients upload to",
      schema: uploadTokenSchema.extend({ uploadUrl: z.string() }).meta({ id: "NewUploadToken" }),
    },
  },
  problems: ["not-allowed", "invalid"],
});

export const listUploadTokens = defineRoute({
  method: "GET",
  path: "/api/v2/upload-tokens",
  operationId: "listUploadTokens",
  tag: TAG,
  summary: "Lists the caller's upload tokens, an administrator's call those of everybody",
  access: READ,
  query: z.strictObject({
    cursor: cursorParameter(uploadTokenCursor).optional(),
    limit: wholeNumber(1, 200).default(50),
  }),
  responses: {
    200: {
      description: "The newest tokens first, without their addresses",
      schema: z.object({ items: z.array(uploadTokenSchema), nextCursor }),
    },
  },
  problems: [],
});

export const getUploadToken = defineRoute({
  method: "GET",
  path: "/api/v2/upload-tokens/{tokenId}",
  operationId: "getUploadToken",
  tag: TAG,
  summary: "Returns an upload token with its state, its upload and its post",
  access: READ,
  responses: { 200: { description: "The token, without its address", schema: uploadTokenSchema } },
  problems: ["not-found"],
});

export const revokeUploadToken = defineRoute({
  method: "DELETE",
  path: "/api/v2/upload-tokens/{tokenId}",
  operationId: "revokeUploadToken",
  tag: TAG,
  summary: "Revokes an upload token and ends its upload",
  access: WRITE,
  audit: "upload-token.revoke",
  responses: { 204: { description: "The token is revoked, now or before" } },
  problems: ["not-found", "wrong-state"],
});
