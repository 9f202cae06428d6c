import * as z from "zod";
import { singleLine } from "../../../../shared/application/plain-text.ts";
import { SCOPES } from "../../../../shared/domain/access/scope.ts";
import { apiKeyCursor, cursorParameter } from "../../cursor.ts";
import { defineRoute } from "../../definition.ts";
import { givenInstant, instant, nextCursor, wholeNumber } from "../shapes.ts";

const ADMIN = { kind: "scope", scope: "admin" } as const;
const TAG = "API keys";

const apiKeySchema = z
  .object({
    keyId: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    createdBy: z.string(),
    status: z.enum(["ACTIVE", "EXPIRED", "REVOKED"]),
    createdAt: instant,
    expiresAt: instant.nullable(),
    revokedAt: instant.nullable(),
    lastUsedAt: instant.nullable(),
  })
  .meta({ id: "ApiKey" });

export const createApiKey = defineRoute({
  method: "POST",
  path: "/admin/api-keys",
  operationId: "createApiKey",
  tag: TAG,
  summary: "Creates an API key, which is shown once",
  access: ADMIN,
  audit: "api-key.create",
  /** Strict, so that a misspelt `expiresAt` does not make a key that never ends. */
  body: z.strictObject({
    name: singleLine(200),
    scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
    expiresAt: givenInstant.nullable().default(null),
  }),
  responses: {
    201: {
      description: "The key with its secret",
      schema: apiKeySchema.extend({ key: z.string() }).meta({ id: "NewApiKey" }),
    },
  },
  problems: ["not-allowed", "invalid"],
});

export const listApiKeys = defineRoute({
  method: "GET",
  path: "/admin/api-keys",
  operationId: "listApiKeys",
  tag: TAG,
  summary: "Lists API keys without their secrets",
  access: ADMIN,
  query: z.strictObject({
    cursor: cursorParameter(apiKeyCursor).optional(),
    limit: wholeNumber(1, 200).default(100),
  }),
  responses: {
    200: { description: "The newest keys first", schema: z.object({ apiKeys: z.array(apiKeySchema), nextCursor }) },
  },
  problems: [],
});

export const revokeApiKey = defineRoute({
  method: "DELETE",
  path: "/admin/api-keys/{keyId}",
  operationId: "revokeApiKey",
  tag: TAG,
  summary: "Revokes an API key",
  access: ADMIN,
  audit: "api-key.revoke",
  responses: { 204: { description: "The key is revoked, now or before" } },
  problems: ["not-found"],
});
