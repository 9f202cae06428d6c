import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root-route.ts";

export const rotationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/rotations",
  staticData: { scope: "keys:rotate" },
  component: lazyRouteComponent(() => import("./rotations-page.tsx"), "RotationsPage"),
});

export const rotationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/rotations/$batchId",
  staticData: { scope: "keys:rotate" },
  component: lazyRouteComponent(() => import("./rotation-page.tsx"), "RotationPage"),
});
