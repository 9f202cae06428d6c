import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root-route.ts";
import { POST_TABS, type PostTab } from "./post-tab.ts";

export const postRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/posts/$videoPostId",
  staticData: { scope: "posts:read" },
  validateSearch: ({ tab }: Record<string, unknown>): { readonly tab?: PostTab | undefined } => ({
    tab: POST_TABS.find((one) => one === tab),
  }),
  component: lazyRouteComponent(() => import("./post-page.tsx"), "PostPage"),
});
