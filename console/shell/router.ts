import { createRouter } from "@tanstack/react-router";
import { Loading } from "../components/states.tsx";
import { EDITOR_ROUTES } from "../pages/editor-pages.ts";
import { OPERATOR_ROUTES } from "../pages/operator-pages.ts";
import { startRoute } from "../pages/start/route.ts";
import { PageError } from "./page-error.tsx";
import { rootRoute } from "./root-route.ts";

export const router = createRouter({
  routeTree: rootRoute.addChildren([startRoute, ...EDITOR_ROUTES, ...OPERATOR_ROUTES]),
  basepath: "/console",
  defaultPreload: "intent",
  defaultPendingComponent: Loading,
  defaultErrorComponent: PageError,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
