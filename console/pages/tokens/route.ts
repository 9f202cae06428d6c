import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root-route.ts";

export const tokensRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/tokens",
  staticData: { scope: "access:write" },
  component: lazyRouteComponent(() => import("./tokens-page.tsx"), "TokensPage"),
});
