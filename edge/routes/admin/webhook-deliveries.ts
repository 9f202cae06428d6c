import type {
  DeliveryState,
  WebhookAttempt,
  WebhookDelivery,
} from "../../../shared/domain/webhooks/webhook-delivery.ts";
import { answer } from "../../api/answer.ts";
import { deliveryCursor } from "../../api/cursor.ts";
import * as define from "../../api/definitions/admin/webhooks.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { refused } from "../../http/refusal.ts";
import { queueSoon } from "../../webhooks/queue-soon.ts";

type Deps = Pick<Context, "webhookEndpoints" | "webhookDeliveries" | "env" | "now">;

const MOST_ATTEMPTS = 100;
const MOST_REPLAYED = 1000;
const NOT_DELIVERED: readonly DeliveryState[] = ["HELD", "FAILED"];

/** `/api/v2/webhooks/{webhookId}/deliveries`, and the replay of one and of a range. */
export const webhookDeliveryRoutes: readonly Route<Deps>[] = [
  route(define.listWebhookDeliveries, {
    handle: async ({ webhookEndpoints, webhookDeliveries }: Deps, { params: { webhookId }, query }) => {
      if ((await webhookEndpoints.find(webhookId)) === null) return refused("not-found");
      const { limit, state = null, from = null, to = null, cursor = null } = query;
      // One more than the page shows whether another page follows.
      const page = { endpointId: webhookId, state, from, to, after: cursor, limit: limit + 1 };
      const found = await webhookDeliveries.list(page);
      const last = found.length > limit ? found[limit - 1] : undefined;
      const nextCursor = last === undefined ? null : deliveryCursor.write(positionOf(last));
      return answer(200, { items: found.slice(0, limit).map(shown), nextCursor });
    },
  }),

  route(define.getWebhookDelivery, {
    handle: async (deps: Deps, { params }) => {
      const ref = refOf(params);
      const found = await ownDelivery(deps, params);
      if (found === null) return refused("not-found");
      const attemptList = (await deps.webhookDeliveries.attempts(ref, MOST_ATTEMPTS)).map(shownAttempt);
      return answer(200, { ...shown(found), body: found.body, attemptList });
    },
  }),

  route(define.replayWebhookDelivery, {
    asked: ({ params: { webhookId, deliveryId } }) => ({ details: { webhookId, deliveryId } }),
    handle: async (deps: Deps, { params, execution }) => {
      const disabled = await disabledRefusal(deps, params.webhookId);
      if (disabled !== null) return disabled;
      const ref = refOf(params);
      if (!(await deps.webhookDeliveries.replay(ref, deps.now()))) return refused("not-found");
      queueSoon(deps, execution);
      const replayed = await deps.webhookDeliveries.find(ref);
      return replayed === null ? refused("not-found") : answer(202, shown(replayed));
    },
  }),

  route(define.replayWebhookDeliveries, {
    asked: ({ params: { webhookId }, body: { from, to, state } }) => ({
      details: { webhookId, from: timeOf(from), to: timeOf(to), state },
    }),
    handle: async (deps: Deps, { params: { webhookId }, body, execution }) => {
      const disabled = await disabledRefusal(deps, webhookId);
      if (disabled !== null) return disabled;
      const { from, to, state, cursor: after = null } = body;
      const states = state === undefined ? NOT_DELIVERED : [state];
      const range = { endpointId: webhookId, states, from, to, after, limit: MOST_REPLAYED };
      const replayed = await deps.webhookDeliveries.replayRange(range, deps.now());
      queueSoon(deps, execution);
      const last = replayed.length < MOST_REPLAYED ? undefined : replayed.at(-1);
      const nextCursor = last === undefined ? null : deliveryCursor.write(last);
      return answer(202, { replayed: replayed.length, nextCursor }, { details: { replayed: replayed.length } });
    },
  }),
];

type Params = { readonly webhookId: string; readonly deliveryId: string };

function refOf({ webhookId, deliveryId }: Params) {
  return { endpointId: webhookId, eventId: deliveryId };
}

/** Deliveries of a deleted endpoint are kept for a time, for nobody to see. */
async function ownDelivery({ webhookEndpoints, webhookDeliveries }: Deps, params: Params) {
  const endpoint = await webhookEndpoints.find(params.webhookId);
  return endpoint === null ? null : webhookDeliveries.find(refOf(params));
}

async function disabledRefusal({ webhookEndpoints }: Deps, webhookId: string) {
  const endpoint = await webhookEndpoints.find(webhookId);
  if (endpoint === null) return refused("not-found");
  return endpoint.state === "ENABLED" ? null : refused("wrong-state", "the endpoint is disabled; enable it first");
}

function positionOf({ eventAt, eventId }: WebhookDelivery) {
  return { eventAt, eventId };
}

function shown({ eventId, type, state, attempts, eventAt, nextAttemptAt, createdAt, deliveredAt }: WebhookDelivery) {
  return {
    ...{ deliveryId: eventId, type, state, attempts },
    eventAt: timeOf(eventAt),
    nextAttemptAt: timeOrNull(nextAttemptAt),
    createdAt: timeOf(createdAt),
    deliveredAt: timeOrNull(deliveredAt),
  };
}

function shownAttempt({ startedAt, nextAttemptAt, ...attempt }: WebhookAttempt) {
  return { ...attempt, startedAt: timeOf(startedAt), nextAttemptAt: timeOrNull(nextAttemptAt) };
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}

function timeOrNull(at: number | null): string | null {
  return at === null ? null : timeOf(at);
}
