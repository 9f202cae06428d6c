import { Hono } from "hono";
import { isQuality } from "../../shared/domain/quality.ts";
import type { PlaybackClaims } from "../../shared/playback-token/claims.ts";
import type { Context } from "../context.ts";
import { problem } from "../http-errors.ts";
import { playlistResponse } from "../playback/playlist-response.ts";
import { readToken } from "../playback/read-token.ts";
import { sessionToken } from "../playback/session-token.ts";
import { type StoredPlaylist, segmentBaseUrl, storedPlaylists } from "../playback/stored-playlists.ts";

/** Playlists, under `/video/enc/videoResource`. The signature says everything: no database is asked. */
export function videoResourceRoutes({ env, settings, playbackTokens, now }: Context): Hono {
  const playlists = storedPlaylists(env.SOURCE, segmentBaseUrl(settings.PLAYBACK_BASE_URL));
  const routes = new Hono();

  type Wanted = { videoPostId: string; fileIndex: string; token: string | undefined; request: Request };

  const serve = async (wanted: Wanted, find: (claims: PlaybackClaims) => Promise<StoredPlaylist> | Response) => {
    const at = now();
    const read = await readToken(playbackTokens, wanted.token, at);
    if (read.kind === "refused") return read.response;
    if (!isFor(read.claims, wanted)) return problem("token-for-other-video");
    const playlist = await find(read.claims);
    if (playlist instanceof Response) return playlist;
    if (playlist === "gone") return problem("superseded", "ask for a new token");
    if (playlist === "empty") return problem("nothing-allowed");
    return playlistResponse(playlist, await sessionToken(playbackTokens, read.claims, read.token, at), wanted.request);
  };

  routes.get("/:videoPostId/:fileIndex/master.m3u8", (c) =>
    serve({ ...c.req.param(), token: c.req.query("token"), request: c.req.raw }, (claims) =>
      playlists.multivariant(claims),
    ),
  );

  routes.get("/:videoPostId/:fileIndex/:quality/index.m3u8", (c) => {
    const { quality, ...part } = c.req.param();
    return serve({ ...part, token: c.req.query("token"), request: c.req.raw }, (claims) => {
      if (!isQuality(quality)) return problem("not-found");
      if (!claims.qualities.includes(quality)) return problem("quality-not-allowed");
      return playlists.media(claims, quality);
    });
  });

  return routes;
}

function isFor(claims: PlaybackClaims, path: { videoPostId: string; fileIndex: string }): boolean {
  return claims.videoPostId === path.videoPostId && String(claims.fileIndex) === path.fileIndex;
}
