import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root-route.ts";
import { readJobFilters } from "./job-filters.ts";

export const jobsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/jobs",
  staticData: { scope: "posts:read" },
  validateSearch: readJobFilters,
  component: lazyRouteComponent(() => import("./jobs-page.tsx"), "JobsPage"),
});

export const jobRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/jobs/$jobId",
  staticData: { scope: "posts:read" },
  component: lazyRouteComponent(() => import("./job-page.tsx"), "JobPage"),
});
