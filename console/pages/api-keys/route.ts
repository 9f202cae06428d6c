import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root-route.ts";

export const apiKeysRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/api-keys",
  staticData: { scope: "admin" },
  component: lazyRouteComponent(() => import("./api-keys-page.tsx"), "ApiKeysPage"),
});
