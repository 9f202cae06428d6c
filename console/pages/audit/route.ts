import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root-route.ts";
import { readAuditFilters } from "./audit-filters.ts";

export const auditRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/audit",
  staticData: { scope: "audit:read" },
  validateSearch: readAuditFilters,
  component: lazyRouteComponent(() => import("./audit-page.tsx"), "AuditPage"),
});
