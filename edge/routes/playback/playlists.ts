import type { Hono } from "hono";
import { isQuality } from "../../../shared/domain/quality.ts";
import type { PlaybackClaims } from "../../../shared/playback-token/claims.ts";
import type { Context } from "../../context.ts";
import { type ProblemCode, problem } from "../../http/problems.ts";
import { withPublicHeaders } from "../../middleware/public-headers.ts";
import type { PlaylistAddress } from "../../playback/playlist-address.ts";
import { playlistResponse } from "../../playback/playlist-response.ts";
import { readToken } from "../../playback/read-token.ts";
import { sessionBinding } from "../../playback/session-binding.ts";
import { sessionToken } from "../../playback/session-token.ts";
import type { StoredPlaylist, StoredPlaylists } from "../../playback/stored-playlists.ts";

export type PlaylistHandler = (address: PlaylistAddress, request: Request) => Promise<Response>;

const PART_PATH = "/video/enc/videoResource/:videoPostId/:fileIndex";

/** The routes of playlists, for every spelling of a URL and for HEAD; see `playlistHandler`. */
export function routePlaylists(app: Hono, answer: PlaylistHandler): void {
  app.get(`${PART_PATH}/master.m3u8`, (c) =>
    answer({ ...c.req.param(), quality: null, token: c.req.query("token") }, c.req.raw),
  );
  app.get(`${PART_PATH}/:quality/index.m3u8`, (c) =>
    answer({ ...c.req.param(), token: c.req.query("token") }, c.req.raw),
  );
}

export type PlaylistDeps = Pick<Context, "settings" | "playbackTokens" | "now">;

/** Responds with a playlist. The signature is enough: no database is read. */
export function playlistHandler(
  { settings, playbackTokens, now }: PlaylistDeps,
  playlists: StoredPlaylists,
): PlaylistHandler {
  const find = (claims: PlaybackClaims, quality: string | null): Promise<StoredPlaylist> | ProblemCode => {
    if (quality === null) return playlists.multivariant(claims);
    if (!isQuality(quality)) return "not-found";
    return claims.qualities.includes(quality) ? playlists.media(claims, quality) : "quality-not-allowed";
  };

  return async (address, request) => {
    const at = now();
    const read = await readToken(playbackTokens, address.token, at);
    if (read.kind === "refused") return refused(read.code);
    const { claims } = read;
    if (!isFor(claims, address)) return refused("token-for-other-video");
    const found = find(claims, address.quality);
    if (typeof found === "string") return refused(found);
    const playlist = await found;
    if (playlist === "gone") return refused("superseded", "request a new token");
    if (playlist === "empty") return refused("nothing-allowed");
    const binding = sessionBinding(settings.SESSION_BINDING, request);
    return playlistResponse(playlist, await sessionToken(playbackTokens, read, binding, at), request);
  };
}

function isFor(claims: PlaybackClaims, address: PlaylistAddress): boolean {
  return claims.videoPostId === address.videoPostId && String(claims.fileIndex) === address.fileIndex;
}

function refused(code: ProblemCode, detail?: string): Response {
  return withPublicHeaders(problem(code, detail));
}
