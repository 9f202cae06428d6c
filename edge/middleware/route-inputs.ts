import type { Context } from "hono";
import { matchedRoutes } from "hono/route";
import * as z from "zod";
import { inputProblems } from "../http/input-problems.ts";
import { problem } from "../http/problems.ts";
import { readJson } from "../http/read-json.ts";

type Input = "query" | "body";

/**
 * What each route reads itself, with a strict schema. A route that is not listed takes neither a query nor a body and
 * refuses both, so that no request with an unsupported filter or field succeeds.
 */
const ROUTE_INPUTS: Readonly<Record<string, readonly Input[]>> = {
  "POST /demo/subscriber-token": ["body"],
  "POST /video/enc/token": ["body"],
  "POST /video/enc/session": ["body"],
  "DELETE /video/enc/session": ["body"],
  "POST /video/enc/session/end": ["body"],

  "POST /admin/video/enc/token": ["body"],
  "GET /admin/video/enc/key": ["query"],
  "PUT /admin/video/enc/quality-auth": ["body"],
  "PUT /admin/video/enc/quality-auth/batch": ["body"],
  "POST /admin/video/enc/revoke": ["body"],
  "POST /admin/video/enc/rotate": ["body"],
  "POST /admin/video/enc/rotations": ["body"],
  "GET /admin/video/enc/rotations": ["query"],
  "GET /admin/video/enc/rotations/:batchId/items": ["query"],
  "POST /admin/video/enc/rewrap": ["body"],
  "POST /admin/video/enc/migrate": ["body"],
  "POST /admin/video/imports": ["body"],
  "POST /admin/api-keys": ["body"],
  "GET /admin/audit": ["query"],
  "GET /admin/audit/export": ["query"],

  "POST /api/v2/video-posts": ["body"],
  "GET /api/v2/video-posts": ["query"],
  "PATCH /api/v2/video-posts/:videoPostId": ["body"],
  "POST /api/v2/video-posts/:videoPostId/audit": ["body"],
  "GET /api/v2/jobs": ["query"],

  "POST /internal/jobs/claim": ["body"],
  "POST /internal/jobs/:jobId/claim": ["body"],
  "POST /internal/jobs/scan": ["body"],
  "POST /internal/jobs/:jobId/heartbeat": ["body"],
  "POST /internal/jobs/:jobId/progress": ["body"],
  "POST /internal/jobs/:jobId/keys": ["body"],
  "POST /internal/jobs/:jobId/transcode-result": ["body"],
  "POST /internal/jobs/:jobId/encrypt-result": ["body"],
  "POST /internal/jobs/:jobId/fail": ["body"],
  "POST /internal/jobs/:jobId/release": ["body"],
  "POST /internal/jobs/:jobId/cancelled": ["body"],
  "POST /internal/garbage/check": ["body"],
  "POST /internal/garbage/delete": ["body"],
};

const nothing = z.strictObject({});

/** `METHOD pattern` of the route that answers; null where none does, and for tus, whose inputs are headers. */
export function routeOf(c: Context): string | null {
  const route = matchedRoutes(c).findLast(({ method }) => method !== "ALL");
  return route === undefined ? null : `${route.method} ${route.path}`;
}

/** The refusal of a query or a body that the route does not take; null where there is nothing of that kind. */
export async function refuseUnknownInput(c: Context): Promise<Response | null> {
  const route = routeOf(c);
  if (route === null) return null;
  const taken = ROUTE_INPUTS[route] ?? [];
  const query = taken.includes("query") ? null : nothing.safeParse(c.req.query());
  if (query?.success === false) return problem("invalid", inputProblems(query.error, "query"));
  if (taken.includes("body")) return null;
  const body = await readJson(c.req.raw, nothing, {});
  return body.kind === "refused" ? body.response : null;
}
