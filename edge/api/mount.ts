import type { Hono } from "hono";
import type { Context } from "../context.ts";
import { routerPath } from "./definition.ts";
import type { Route } from "./route.ts";
import { serve } from "./serve.ts";

/** Registers the routes with the router. */
export function mount(app: Hono, context: Context, routes: readonly Route<Context>[]): void {
  for (const route of routes) {
    const { method, path } = route.definition;
    app.on(method, routerPath(path), (c) =>
      serve(context, route, { request: c.req.raw, params: c.req.param(), execution: c.executionCtx }),
    );
  }
}
