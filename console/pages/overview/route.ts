import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root-route.ts";
import { readHours } from "./hours.ts";

export const overviewRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/overview",
  staticData: { scope: "posts:read" },
  validateSearch: readHours,
  component: lazyRouteComponent(() => import("./overview-page.tsx"), "OverviewPage"),
});
