import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root-route.ts";

export const diagnosticsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/diagnostics",
  staticData: { scope: "admin" },
  component: lazyRouteComponent(() => import("./diagnostics-page.tsx"), "DiagnosticsPage"),
});
