import { Hono } from "hono";
import type { Context } from "./context.ts";
import { problem } from "./http/problems.ts";
import { logError } from "./log/log.ts";
import { recordAdministration } from "./middleware/audit-requests.ts";
import { type CallerEnv, requireScope } from "./middleware/authenticate.ts";
import { publicHeaders } from "./middleware/public-headers.ts";
import { DATABASE_TIMEOUT_MS, respondWithin } from "./middleware/timeout.ts";
import { createPlayerHandlers } from "./player-requests.ts";
import { apiKeyRoutes } from "./routes/admin/api-keys.ts";
import { auditRoutes } from "./routes/admin/audit.ts";
import { adminKeyRoutes } from "./routes/admin/content-keys.ts";
import { importRoutes } from "./routes/admin/imports.ts";
import { qualityAuthRoutes } from "./routes/admin/quality-auth.ts";
import { rekeyRoutes } from "./routes/admin/rekey.ts";
import { revokeRoutes } from "./routes/admin/revoke.ts";
import { rewrapRoutes } from "./routes/admin/rewrap.ts";
import { rotateRoutes } from "./routes/admin/rotate.ts";
import { rotationRoutes } from "./routes/admin/rotations.ts";
import { adminTokenRoutes } from "./routes/admin/tokens.ts";
import { garbageRoutes } from "./routes/internal/garbage.ts";
import { internalJobRoutes } from "./routes/internal/jobs.ts";
import { demoViewerTokenRoutes } from "./routes/pages/demo-viewer-token.ts";
import { watchRoutes } from "./routes/pages/watch.tsx";
import { routeKeys } from "./routes/playback/content-key.ts";
import { sessionRoutes } from "./routes/playback/play-session.ts";
import { routePlaylists } from "./routes/playback/playlists.ts";
import { segmentRoutes } from "./routes/playback/segments.ts";
import { viewerTokenRoutes } from "./routes/playback/viewer-token.ts";
import { jobRoutes } from "./routes/posts/jobs.ts";
import { UPLOADS_PATH, uploadRoutes } from "./routes/posts/uploads.ts";
import { videoPostRoutes } from "./routes/posts/video-posts.ts";

/** Where a viewer, or a site on a viewer's behalf, waits for the database, beside the key gate. */
const ASKING_FOR_VIEWERS = ["/video/enc/token", "/video/enc/session/*", "/admin/video/enc/token"];

/** Every route of the Worker. */
export function createApp(context: Context, players = createPlayerHandlers(context)): Hono {
  const app = new Hono();
  app.use(publicHeaders);
  app.get("/healthz", (c) => c.text("ok"));
  for (const path of ASKING_FOR_VIEWERS) app.use(path, respondWithin(DATABASE_TIMEOUT_MS));
  const recorded = recordAdministration(context);
  app.use("/admin/*", recorded);
  app.use("/api/v2/*", recorded);

  routeKeys(app, players.keys);
  app.route("/video/enc/segments", segmentRoutes(context));
  routePlaylists(app, players.playlists);
  app.route("/video/enc/session", sessionRoutes(context));
  app.route("/video/enc/token", viewerTokenRoutes(context));
  app.route("/admin/video/enc/token", adminTokenRoutes(context));
  app.route("/admin/video/enc/key", adminKeyRoutes(context));
  app.route("/admin/video/enc/quality-auth", qualityAuthRoutes(context));
  app.route("/admin/video/enc/revoke", revokeRoutes(context));
  app.route("/admin/video/enc/rotate", rotateRoutes(context));
  app.route("/admin/video/enc/rotations", rotationRoutes(context));
  app.route("/admin/video/enc/rewrap", rewrapRoutes(context));
  app.route("/admin/video/enc/migrate", rekeyRoutes(context));
  app.route("/admin/video/imports", importRoutes(context));
  app.route("/admin/api-keys", apiKeyRoutes(context));
  app.route("/admin/audit", auditRoutes(context));
  app.route("/api/v2/video-posts", videoPostRoutes(context));
  app.route("/api/v2/jobs", jobRoutes(context));
  app.route(UPLOADS_PATH, ownUploads(context));
  app.route("/internal/jobs", internalJobRoutes(context));
  app.route("/internal/garbage", garbageRoutes(context));
  app.route("/watch", watchRoutes(context));
  if (context.settings.DEMO_VIEWERS === "enabled") app.route("/demo", demoViewerTokenRoutes(context));

  app.notFound(() => problem("not-found"));
  app.onError((error, c) => unexpectedError(error, c.req.url));
  return app;
}

/** Our fault, which may pass: players retry a 5xx and never a 4xx. The log gets the path without the query. */
export function unexpectedError(error: unknown, url: string): Response {
  logError(new URL(url).pathname, error);
  return problem("unavailable");
}

/** Uploads belong to whoever began them. OPTIONS tells what the protocol can do, to anybody. */
function ownUploads(context: Context): Hono<CallerEnv> {
  const routes = new Hono<CallerEnv>();
  const authenticate = requireScope(context, "posts:write");
  routes.use((c, next) => (c.req.method === "OPTIONS" ? next() : authenticate(c, next)));
  routes.route(
    "/",
    uploadRoutes({
      uploads: context.uploads,
      source: context.env.SOURCE,
      now: context.now,
      maxBytes: context.settings.MAX_UPLOAD_BYTES,
      ownerOf: (c) => c.get("caller").id,
    }),
  );
  return routes;
}
