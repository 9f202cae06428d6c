import { Hono } from "hono";
import type { Context } from "./context.ts";
import { problem } from "./http-errors.ts";
import { type CallerEnv, requireScope } from "./middleware/authenticate.ts";
import { publicHeaders } from "./middleware/public-headers.ts";
import { adminTokenRoutes } from "./routes/admin-token.ts";
import { demoViewerTokenRoutes } from "./routes/demo-viewer-token.ts";
import { garbageRoutes } from "./routes/garbage.ts";
import { internalJobRoutes } from "./routes/internal-jobs.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { keyRoutes } from "./routes/key.ts";
import { qualityAuthRoutes } from "./routes/quality-auth.ts";
import { revokeRoutes } from "./routes/revoke.ts";
import { rotateRoutes } from "./routes/rotate.ts";
import { segmentRoutes } from "./routes/segments.ts";
import { UPLOADS_PATH, uploadRoutes } from "./routes/uploads.ts";
import { videoPostRoutes } from "./routes/video-posts.ts";
import { videoResourceRoutes } from "./routes/video-resource.ts";
import { viewerTokenRoutes } from "./routes/viewer-token.ts";
import { watchRoutes } from "./routes/watch.tsx";

/** Every route of the Worker. */
export function createApp(context: Context): Hono {
  const app = new Hono();
  app.use(publicHeaders);
  app.get("/healthz", (c) => c.text("ok"));

  app.route("/video/enc/key", keyRoutes(context));
  app.route("/video/enc/segments", segmentRoutes(context));
  app.route("/video/enc/videoResource", videoResourceRoutes(context));
  app.route("/video/enc/token", viewerTokenRoutes(context));
  app.route("/admin/video/enc/token", adminTokenRoutes(context));
  app.route("/admin/video/enc/quality-auth", qualityAuthRoutes(context));
  app.route("/admin/video/enc/revoke", revokeRoutes(context));
  app.route("/admin/video/enc/rotate", rotateRoutes(context));
  app.route("/api/v2/video-posts", videoPostRoutes(context));
  app.route("/api/v2/jobs", jobRoutes(context));
  app.route(UPLOADS_PATH, ownUploads(context));
  app.route("/internal/jobs", internalJobRoutes(context));
  app.route("/internal/garbage", garbageRoutes(context));
  app.route("/watch", watchRoutes(context));
  if (context.settings.DEMO_VIEWERS === "enabled") app.route("/demo", demoViewerTokenRoutes(context));

  app.notFound(() => problem("not-found"));
  app.onError((error, c) => {
    // What failed here is ours and may pass: players retry a 5xx and never a 4xx. The path is logged, not the query.
    console.error(JSON.stringify({ at: c.req.path, error: error.message, cause: errorText(error.cause) }));
    return problem("unavailable");
  });
  return app;
}

/** Uploads belong to whoever began them. OPTIONS tells what the protocol can do, to anybody. */
function ownUploads(context: Context): Hono<CallerEnv> {
  const routes = new Hono<CallerEnv>();
  const authenticate = requireScope(context, "posts:write");
  routes.use((c, next) => (c.req.method === "OPTIONS" ? next() : authenticate(c, next)));
  routes.route(
    "/",
    uploadRoutes({
      db: context.db,
      source: context.env.SOURCE,
      now: context.now,
      maxBytes: context.settings.MAX_UPLOAD_BYTES,
      ownerOf: (c) => c.get("caller").id,
    }),
  );
  return routes;
}

/** The first line of a cause. drizzle's own messages list bound values, so only what lies below them is shown. */
function errorText(cause: unknown): string | undefined {
  return cause instanceof Error ? cause.message.split("\n", 1)[0] : undefined;
}
