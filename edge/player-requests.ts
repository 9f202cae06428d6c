import type { Context } from "./context.ts";
import { parseKeyAddress } from "./playback/key-address.ts";
import { parsePlaylistAddress } from "./playback/playlist-address.ts";
import { keyHandler } from "./routes/playback/content-key.ts";
import { playlistHandler } from "./routes/playback/playlists.ts";

/** Shared with the router, which handles the other methods of the same routes. */
export type PlayerHandlers = {
  readonly keys: ReturnType<typeof keyHandler>;
  readonly playlists: ReturnType<typeof playlistHandler>;
};

export function createPlayerHandlers(context: Context): PlayerHandlers {
  return { keys: keyHandler(context), playlists: playlistHandler(context) };
}

/**
 * Playlists and keys bypass the router and its middleware, which would take a fifth of a playlist's time. Null for any
 * other request.
 */
export function handlePlayerRequest(
  { keys, playlists }: PlayerHandlers,
  request: Request,
  execution: Pick<ExecutionContext, "waitUntil">,
): Promise<Response> | null {
  if (request.method !== "GET") return null;
  const playlist = parsePlaylistAddress(request.url);
  if (playlist !== null) return playlists(playlist, request);
  const key = parseKeyAddress(request.url);
  return key === null ? null : keys(key, request, execution);
}
