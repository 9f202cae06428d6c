import { Hono } from "hono";
import release from "../../../package.json" with { type: "json" };
import type { Context } from "../../context.ts";
import { FrontPage } from "../../front/front-page.tsx";
import { contentSecurityPolicy } from "../../watch/content-security-policy.ts";

/** `GET /`: a page for people. It is the same for everybody until the next deployment. */
export function frontRoutes({ settings }: Pick<Context, "settings">): Hono {
  const demoViewers = settings.DEMO_VIEWERS === "enabled";
  const html = `<!doctype html>${<FrontPage version={release.version} demoViewers={demoViewers} />}`;
  const headers = {
    "content-security-policy": contentSecurityPolicy(settings.PLAYBACK_BASE_URL),
    "cache-control": "public, max-age=0, must-revalidate",
  };
  const routes = new Hono();
  routes.get("/", (c) => c.html(html, 200, headers));
  return routes;
}
