import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { WebhookDelivery } from "../../../client/index.ts";
import type { Api } from "../../api/api-client.ts";
import { answered } from "../../api/api-problem.ts";

export const DELIVERY_STATES = [
  "PENDING",
  "DELIVERED",
  "FAILED",
  "HELD",
] as const satisfies readonly WebhookDelivery["state"][];
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export function webhooksQuery(api: Api) {
  return queryOptions({
    queryKey: ["webhooks", "list"],
    queryFn: ({ signal }) => answered(api.listWebhooks({}, { signal })),
  });
}

export function webhookQuery(api: Api, webhookId: string) {
  return queryOptions({
    queryKey: ["webhooks", "one", webhookId],
    queryFn: ({ signal }) => answered(api.getWebhook({ params: { webhookId } }, { signal })),
  });
}

/** The newest events first. */
export function deliveriesQuery(api: Api, webhookId: string, state: DeliveryState | undefined) {
  return infiniteQueryOptions({
    queryKey: ["webhooks", "deliveries", webhookId, state],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.listWebhookDeliveries(
          { params: { webhookId }, query: { state, limit: "100", cursor: pageParam } },
          { signal },
        ),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}

const WAITING_MS = 3000;

/** Read again every few seconds while an attempt is due. */
export function deliveryQuery(api: Api, webhookId: string, deliveryId: string) {
  return queryOptions({
    queryKey: ["webhooks", "delivery", webhookId, deliveryId],
    queryFn: ({ signal }) => answered(api.getWebhookDelivery({ params: { webhookId, deliveryId } }, { signal })),
    refetchInterval: ({ state: { data } }) => (data?.state === "PENDING" ? WAITING_MS : false),
  });
}

/** Replays all events of the time that were not delivered; one request takes a thousand. */
export async function replayAll(api: Api, webhookId: string, from: string, to: string): Promise<number> {
  let replayed = 0;
  let cursor: string | undefined;
  do {
    const page = await answered(
      api.replayWebhookDeliveries({
        params: { webhookId },
        body: { from, to, ...(cursor === undefined ? {} : { cursor }) },
      }),
    );
    replayed += page.replayed;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return replayed;
}
