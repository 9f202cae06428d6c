import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root-route.ts";

export const uploadRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/upload",
  staticData: { scope: "posts:write" },
  component: lazyRouteComponent(() => import("./upload-page.tsx"), "UploadPage"),
});
