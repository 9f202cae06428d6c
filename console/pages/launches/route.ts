import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root-route.ts";
import { readLaunchFilters } from "./launch-filters.ts";

export const launchesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/launches",
  staticData: { scope: "posts:read" },
  validateSearch: readLaunchFilters,
  component: lazyRouteComponent(() => import("./launches-page.tsx"), "LaunchesPage"),
});
