import { Hono } from "hono";
import { mount } from "./api/mount.ts";
import type { Context } from "./context.ts";
import { problem } from "./http/problems.ts";
import { logError } from "./log/log.ts";
import { publicHeaders } from "./middleware/public-headers.ts";
import { createSegmentCache } from "./playback/segment-cache.ts";
import { segmentServer } from "./playback/segment-server.ts";
import { createPlayerHandlers } from "./player-requests.ts";
import { definedRoutes } from "./routes/all.ts";
import { routeProxy } from "./routes/encoder/proxy.ts";
import { consoleRoutes } from "./routes/pages/console.ts";
import { embedRoutes } from "./routes/pages/embed.tsx";
import { frontRoutes } from "./routes/pages/front.tsx";
import { watchRoutes } from "./routes/pages/watch.tsx";
import { routeKeys } from "./routes/playback/content-key.ts";
import { routeImages } from "./routes/playback/images.ts";
import { routePartTexts } from "./routes/playback/part-texts.ts";
import { routePlaylists } from "./routes/playback/playlists.ts";
import { segmentRoutes } from "./routes/playback/segments.ts";
import { mountUploads } from "./routes/posts/own-uploads.ts";
import { mountTokenUploads } from "./routes/posts/token-uploads.ts";

/** Every route of the Worker. */
export function createApp(
  context: Context,
  players = createPlayerHandlers(context),
  routes = definedRoutes(context),
): Hono {
  const app = new Hono();
  // Before the public headers: their pages are of one origin.
  mountTokenUploads(app, context);
  app.route("/", consoleRoutes(context));
  app.use(publicHeaders);
  app.get("/healthz", (c) => c.text("ok"));
  routeKeys(app, players.keys);
  const segments = segmentServer({
    bucket: context.env.PLAYBACK,
    cache: createSegmentCache(context.settings.SEGMENT_CACHE_SECONDS, context.now),
    missing: { code: "not-found" },
  });
  app.route("/video/enc/segments", segmentRoutes(segments));
  routePlaylists(app, players.playlists);
  routePartTexts(app, context, players.texts);
  routeImages(app, context);
  routeProxy(app, context, players, segments);
  mount(app, context, routes);
  mountUploads(app, context);
  app.route("/", frontRoutes(context));
  app.route("/watch", watchRoutes(context));
  app.route("/", embedRoutes(context));

  app.notFound(() => problem("not-found"));
  app.onError((error, c) => unexpectedError(error, c.req.url));
  return app;
}

/** A fault of ours that may be transient: players retry a 5xx and never a 4xx. The path is logged without the query. */
export function unexpectedError(error: unknown, url: string): Response {
  logError(new URL(url).pathname, error);
  return problem("unavailable");
}
