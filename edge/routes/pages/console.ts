import { Hono, type Context as RequestContext } from "hono";
import { consoleSecurityPolicy } from "../../console/content-security-policy.ts";
import type { Context } from "../../context.ts";
import { problem } from "../../http/problems.ts";

/**
 * `/console` and every address below it: one page, whose script shows what the address names. Its scripts and styles
 * are static assets below /console-assets, which never reach the Worker.
 */
export function consoleRoutes({ env, settings }: Pick<Context, "env" | "settings">): Hono {
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": consoleSecurityPolicy(settings.PLAYBACK_BASE_URL),
    // It names the newest scripts.
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex",
  };
  const page = async (c: RequestContext) => {
    const built = await env.ASSETS.fetch(new URL("/console-assets/page", c.req.url));
    return built.ok ? new Response(built.body, { headers }) : problem("not-found");
  };
  const routes = new Hono();
  routes.get("/console", page);
  routes.get("/console/*", page);
  return routes;
}
