import type { EndpointChange } from "../../../shared/application/ports/webhook-endpoints.ts";
import { webhookAddressProblem } from "../../../shared/domain/webhooks/webhook-address.ts";
import { MOST_ENDPOINTS, type WebhookEndpoint } from "../../../shared/domain/webhooks/webhook-endpoint.ts";
import { uuidV7 } from "../../../shared/lib/random-id.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/admin/webhooks.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { refused } from "../../http/refusal.ts";
import { newWebhookSecret } from "../../webhooks/webhook-secret.ts";

type Deps = Pick<Context, "webhookEndpoints" | "vault" | "settings" | "now">;

const TOO_MANY = `there are ${MOST_ENDPOINTS} webhook endpoints already; delete one first`;

/** `/api/v2/webhooks`: where events are sent. */
export const webhookRoutes: readonly Route<Deps>[] = [
  route(define.createWebhook, {
    asked: ({ body: { url, events } }) => ({ details: { events, host: hostOf(url) } }),
    handle: async (deps: Deps, { body, caller }) => {
      const problem = addressProblem(deps, body.url);
      if (problem !== null) return problem;
      const now = deps.now();
      const endpoint = newEndpoint({ ...body, createdBy: caller.id }, now);
      const { text, stored } = await newWebhookSecret(deps.vault, now);
      const created = await deps.webhookEndpoints.create(endpoint, stored, MOST_ENDPOINTS);
      if (!created) return refused("wrong-state", TOO_MANY);
      return answer(201, { ...shown(endpoint), secret: text }, { details: { webhookId: endpoint.id } });
    },
  }),

  route(define.listWebhooks, {
    handle: async ({ webhookEndpoints }: Deps) =>
      answer(200, { items: (await webhookEndpoints.list()).map(shown), nextCursor: null }),
  }),

  route(define.getWebhook, {
    handle: async ({ webhookEndpoints }: Deps, { params }) => {
      const found = await webhookEndpoints.find(params.webhookId);
      return found === null ? refused("not-found") : answer(200, shown(found));
    },
  }),

  route(define.updateWebhook, {
    asked: ({ params: { webhookId }, body: { url, events, state } }) => ({
      details: { webhookId, events, state, host: url === undefined ? undefined : hostOf(url) },
    }),
    handle: async (deps: Deps, { params, body: { state, ...change } }) => {
      const problem = change.url === undefined ? null : addressProblem(deps, change.url);
      if (problem !== null) return problem;
      const enabled: EndpointChange = state === undefined ? {} : { enabled: state === "ENABLED" };
      const updated = await deps.webhookEndpoints.update(params.webhookId, { ...change, ...enabled }, deps.now());
      return updated === null ? refused("not-found") : answer(200, shown(updated));
    },
  }),

  route(define.deleteWebhook, {
    asked: ({ params: { webhookId } }) => ({ details: { webhookId } }),
    handle: async ({ webhookEndpoints }: Deps, { params }) =>
      (await webhookEndpoints.delete(params.webhookId)) ? answer(204, null) : refused("not-found"),
  }),

  route(define.rotateWebhookSecret, {
    asked: ({ params: { webhookId } }) => ({ details: { webhookId } }),
    handle: async ({ webhookEndpoints, vault, now }: Deps, { params, body: { overlapSeconds } }) => {
      const at = now();
      const expiresAt = at + overlapSeconds * 1000;
      const { text, stored } = await newWebhookSecret(vault, at);
      if (!(await webhookEndpoints.rotateSecret(params.webhookId, stored, expiresAt))) return refused("not-found");
      const previousExpiresAt = new Date(expiresAt).toISOString();
      return answer(200, { secret: text, previousExpiresAt }, { details: { previousExpiresAt } });
    },
  }),
];

function addressProblem({ settings }: Deps, url: string) {
  const problem = webhookAddressProblem(url, settings.WEBHOOK_ADDRESSES);
  return problem === null ? null : refused("invalid", `url: ${problem}`);
}

/** The path may hold a secret of the receiver, so the audit log has the host alone. */
function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

type Given = Pick<WebhookEndpoint, "url" | "events" | "description" | "createdBy">;

function newEndpoint(given: Given, now: number): WebhookEndpoint {
  const enabled = { state: "ENABLED", disabledReason: null, disabledAt: null } as const;
  return { id: uuidV7(now), ...given, ...enabled, createdAt: now, updatedAt: now };
}

function shown({ id, disabledAt, createdAt, updatedAt, ...endpoint }: WebhookEndpoint) {
  return {
    webhookId: id,
    ...endpoint,
    disabledAt: disabledAt === null ? null : new Date(disabledAt).toISOString(),
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}
