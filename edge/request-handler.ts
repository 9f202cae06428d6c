import { fixedPaths } from "./api/fixed-paths.ts";
import { createApp, unexpectedError } from "./app.ts";
import type { Context } from "./context.ts";
import { problem } from "./http/problems.ts";
import { withPublicHeaders } from "./middleware/public-headers.ts";
import { createPlayerHandlers, handlePlayerRequest } from "./player-requests.ts";
import { definedRoutes } from "./routes/all.ts";

export type RequestHandler = (request: Request, execution: ExecutionContext) => Promise<Response>;

/** Every request of the Worker: those of players first, then fixed paths, all others through the router. */
export function createRequestHandler(context: Context): RequestHandler {
  const players = createPlayerHandlers(context);
  const routes = definedRoutes(context);
  const serveFixed = fixedPaths(context, routes);
  const app = createApp(context, players, routes);
  return async (request, execution) => {
    const { url } = request;
    // U+0000, which no id contains and Postgres refuses.
    if (url.includes("%00")) return withPublicHeaders(problem("invalid", "The address must not contain %00"));
    try {
      const direct = handlePlayerRequest(players, request, url, execution) ?? serveFixed(request, url, execution);
      return await (direct ?? app.fetch(request, context.env, execution));
    } catch (error) {
      return withPublicHeaders(unexpectedError(error, url));
    }
  };
}
