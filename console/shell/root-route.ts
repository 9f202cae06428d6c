import { createRootRoute } from "@tanstack/react-router";
import type { Scope } from "../session/scopes.ts";
import { Layout } from "./layout.tsx";
import { PageError } from "./page-error.tsx";
import { PageMissing } from "./page-missing.tsx";

declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    /** The page is shown to callers with this scope. */
    readonly scope?: Scope;
  }
}

export const rootRoute = createRootRoute({
  component: Layout,
  errorComponent: PageError,
  notFoundComponent: PageMissing,
});
