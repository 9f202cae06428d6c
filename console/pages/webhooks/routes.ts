import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root-route.ts";
import { DELIVERY_STATES, type DeliveryState } from "./webhook-queries.ts";

const staticData = { scope: "webhooks:manage" } as const;

export const webhooksRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/webhooks",
  staticData,
  component: lazyRouteComponent(() => import("./webhooks-page.tsx"), "WebhooksPage"),
});

type DeliveryFilters = { readonly state?: DeliveryState | undefined };

export const webhookRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/webhooks/$webhookId",
  staticData,
  validateSearch: (search: Record<string, unknown>): DeliveryFilters => ({
    state: DELIVERY_STATES.find((state) => state === search.state),
  }),
  component: lazyRouteComponent(() => import("./webhook-page.tsx"), "WebhookPage"),
});

export const deliveryRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/webhooks/$webhookId/deliveries/$deliveryId",
  staticData,
  component: lazyRouteComponent(() => import("./delivery-page.tsx"), "DeliveryPage"),
});
