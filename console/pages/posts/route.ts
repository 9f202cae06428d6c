import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root-route.ts";
import { readPostFilters } from "./post-filters.ts";

export const postsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/posts",
  staticData: { scope: "posts:read" },
  validateSearch: readPostFilters,
  component: lazyRouteComponent(() => import("./posts-page.tsx"), "PostsPage"),
});
