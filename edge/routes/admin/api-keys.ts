import { Hono } from "hono";
import * as z from "zod";
import { type CreateApiKeyOutcome, createApiKey } from "../../../shared/application/commands/create-api-key.ts";
import { singleLine } from "../../../shared/application/plain-text.ts";
import { type ApiKey, apiKeyStatus } from "../../../shared/domain/api-key.ts";
import { SCOPES } from "../../../shared/domain/scope.ts";
import type { Context } from "../../context.ts";
import { problem } from "../../http/problems.ts";
import { readJson } from "../../http/read-json.ts";
import { type CallerEnv, requireScope } from "../../middleware/authenticate.ts";

/** Strict, so that a misspelt `expiresAt` does not make a key that never ends. */
const createSchema = z.strictObject({
  name: singleLine(200),
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
  expiresAt: z.iso
    .datetime({ offset: true })
    .transform((text) => Date.parse(text))
    .nullable()
    .default(null),
});

/** More than anybody should have; the newest are listed. */
const MOST_LISTED = 1000;

/** `/admin/api-keys`, for administrators. A key is shown once, in the answer that made it. */
export function apiKeyRoutes(context: Context): Hono<CallerEnv> {
  const { apiKeys, now } = context;
  const routes = new Hono<CallerEnv>();
  routes.use(requireScope(context, "admin"));

  routes.post("/", async (c) => {
    const body = await readJson(c.req.raw, createSchema);
    if (body.kind === "refused") return body.response;
    const request = { ...body.value, by: c.get("caller") };
    return createdResponse(await createApiKey(apiKeys, request, now(), randomBytes), now());
  });

  routes.get("/", async (c) => {
    const found = await apiKeys.list(MOST_LISTED);
    return c.json({ apiKeys: found.map((key) => shown(key, now())) });
  });

  routes.delete("/:keyId", async (c) => {
    const outcome = await apiKeys.revoke(c.req.param("keyId"), now());
    return outcome === "unknown" ? problem("not-found") : c.body(null, 204);
  });

  return routes;
}

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

function createdResponse(outcome: CreateApiKeyOutcome, now: number): Response {
  switch (outcome.kind) {
    case "created":
      return Response.json({ key: outcome.key, ...shown(outcome.apiKey, now) }, { status: 201 });
    case "scope-not-held":
      return problem("not-allowed", `scopes: the caller does not hold ${outcome.scope}`);
    case "ends-in-the-past":
      return problem("invalid", "expiresAt: is in the past");
    default:
      return outcome satisfies never;
  }
}

/** Times as RFC 3339 has them. */
function shown({ createdAt, expiresAt, revokedAt, lastUsedAt, ...key }: ApiKey, now: number) {
  return {
    ...key,
    status: apiKeyStatus({ expiresAt, revokedAt }, now),
    createdAt: timeOf(createdAt),
    expiresAt: timeOf(expiresAt),
    revokedAt: timeOf(revokedAt),
    lastUsedAt: timeOf(lastUsedAt),
  };
}

function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
