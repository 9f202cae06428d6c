import { createApiKey } from "../../../shared/application/commands/create-api-key.ts";
import { type ApiKey, apiKeyStatus } from "../../../shared/domain/access/api-key.ts";
import { answer } from "../../api/answer.ts";
import { apiKeyCursor } from "../../api/cursor.ts";
import * as define from "../../api/definitions/admin/api-keys.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { refused } from "../../http/refusal.ts";

type Deps = Pick<Context, "apiKeys" | "gate" | "now">;

/** `/admin/api-keys`, for administrators. A key is shown once, in the response that created it. */
export const apiKeyRoutes: readonly Route<Deps>[] = [
  route(define.createApiKey, {
    asked: ({ body: { name, scopes } }) => ({ details: { name, scopes } }),
    handle: async ({ apiKeys, now }: Deps, { body, caller }) => {
      const outcome = await createApiKey(apiKeys, { ...body, by: caller }, now(), randomBytes);
      switch (outcome.kind) {
        case "created": {
          const created = shown(outcome.apiKey, now());
          const { keyId, expiresAt } = created;
          return answer(201, { key: outcome.key, ...created }, { details: { keyId, expiresAt } });
        }
        case "scope-not-held":
          return refused("not-allowed", `scopes: the caller does not hold ${outcome.scope}`);
        case "ends-in-the-past":
          return refused("invalid", "expiresAt: is in the past");
        default:
          return outcome satisfies never;
      }
    },
  }),

  route(define.listApiKeys, {
    handle: async ({ apiKeys, now }: Deps, { query: { cursor: after = null, limit } }) => {
      // One more than the page shows whether another page follows.
      const found = await apiKeys.list({ after, limit: limit + 1 });
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      const nextCursor = last === undefined ? null : apiKeyCursor.write(last);
      return answer(200, { apiKeys: page.map((key) => shown(key, now())), nextCursor });
    },
  }),

  route(define.revokeApiKey, {
    asked: ({ params: { keyId } }) => ({ details: { keyId } }),
    handle: async ({ apiKeys, gate, now }: Deps, { params }) => {
      if ((await apiKeys.revoke(params.keyId, now())) === "unknown") return refused("not-found");
      // This isolate refuses the key from the answer on; the others when they have read the feed.
      await gate.feed.catchUp();
      return answer(204, null);
    },
  }),
];

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** Times as RFC 3339 has them. */
function shown({ createdAt, expiresAt, revokedAt, lastUsedAt, ...key }: ApiKey, now: number) {
  return {
    ...key,
    status: apiKeyStatus({ expiresAt, revokedAt }, now),
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: timeOf(expiresAt),
    revokedAt: timeOf(revokedAt),
    lastUsedAt: timeOf(lastUsedAt),
  };
}

function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
