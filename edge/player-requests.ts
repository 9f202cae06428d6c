import type { Context } from "./context.ts";
import { parseKeyAddress } from "./playback/key-address.ts";
import { type PartTexts, partTexts } from "./playback/part-texts.ts";
import { parsePlaylistAddress } from "./playback/playlist-address.ts";
import { type StoredPlaylists, segmentBaseUrl, storedPlaylists } from "./playback/stored-playlists.ts";
import { type KeyDeps, keyHandler } from "./routes/playback/content-key.ts";
import { type PlaylistDeps, playlistHandler } from "./routes/playback/playlists.ts";

/** Shared with the router, which handles the other methods of the same routes. */
export type PlayerHandlers = {
  readonly keys: ReturnType<typeof keyHandler>;
  readonly playlists: ReturnType<typeof playlistHandler>;
  /** Of all routes, so that each template is in memory once. */
  readonly stored: StoredPlaylists;
  readonly texts: PartTexts;
};

type Deps = KeyDeps & PlaylistDeps & Pick<Context, "env" | "gate">;

export function createPlayerHandlers(deps: Deps): PlayerHandlers {
  const { env, settings, now } = deps;
  const freshness = { freshMs: settings.GATE_FRESH_SECONDS * 1000, now };
  const stored = storedPlaylists(env.SOURCE, segmentBaseUrl(settings.PLAYBACK_BASE_URL), freshness);
  const texts = partTexts(deps.gate, now);
  return { keys: keyHandler(deps), playlists: playlistHandler(deps, stored, texts), stored, texts };
}

/**
 * Playlists and keys bypass the router and its middleware, which would take a fifth of a playlist's time. Null for any
 * other request. `url`: that of the request, which is a new text at every reading.
 */
export function handlePlayerRequest(
  { keys, playlists }: PlayerHandlers,
  request: Request,
  url: string,
  execution: Pick<ExecutionContext, "waitUntil">,
): Promise<Response> | null {
  if (request.method !== "GET") return null;
  const key = parseKeyAddress(url);
  if (key !== null) return keys(key, request, execution);
  const playlist = parsePlaylistAddress(url);
  return playlist === null ? null : playlists(playlist, request, execution);
}
