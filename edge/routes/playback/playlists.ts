import type { Hono } from "hono";
import {
  isTextRenditionName,
  parseRenditionName,
  textRenditionName,
} from "../../../shared/domain/quality/rendition-name.ts";
import type { PlaybackClaims } from "../../../shared/playback-token/claims.ts";
import type { Context } from "../../context.ts";
import type { Later } from "../../gate/freshness.ts";
import type { PartSnapshot } from "../../gate/part-snapshots.ts";
import { type ProblemCode, problem } from "../../http/problems.ts";
import { withPublicHeaders } from "../../middleware/public-headers.ts";
import type { PartTexts } from "../../playback/part-texts.ts";
import type { PlaylistAddress } from "../../playback/playlist-address.ts";
import { playlistResponse } from "../../playback/playlist-response.ts";
import { readToken } from "../../playback/read-token.ts";
import { sessionBinding } from "../../playback/session-binding.ts";
import { sessionToken } from "../../playback/session-token.ts";
import type { StoredPlaylist, StoredPlaylists } from "../../playback/stored-playlists.ts";
import { textPlaylist } from "../../playback/text-playlist.ts";

export type PlaylistHandler = (
  address: PlaylistAddress,
  request: Request,
  execution: Pick<ExecutionContext, "waitUntil">,
) => Promise<Response>;

const PART_PATH = "/video/enc/videoResource/:videoPostId/:fileIndex";

/** The routes of playlists, for every spelling of a URL and for HEAD; see `playlistHandler`. */
export function routePlaylists(app: Hono, answer: PlaylistHandler): void {
  app.get(`${PART_PATH}/master.m3u8`, (c) =>
    answer({ ...c.req.param(), rendition: null, token: c.req.query("token") }, c.req.raw, c.executionCtx),
  );
  app.get(`${PART_PATH}/:rendition/index.m3u8`, (c) =>
    answer({ ...c.req.param(), token: c.req.query("token") }, c.req.raw, c.executionCtx),
  );
}

export type PlaylistDeps = Pick<Context, "settings" | "playbackTokens" | "now">;

/**
 * Responds with a playlist. For the media the signature is enough; captions are those of the part snapshot, which viewers
 * of an isolate share.
 */
export function playlistHandler(
  { settings, playbackTokens, now }: PlaylistDeps,
  playlists: StoredPlaylists,
  texts: PartTexts,
): PlaylistHandler {
  const find = async (
    claims: PlaybackClaims,
    name: string | null,
    later: Later,
  ): Promise<StoredPlaylist | ProblemCode> => {
    if (name === null) return playlists.multivariant(claims, await texts.captionsOf(claims, later));
    const rendition = parseRenditionName(name);
    if (rendition === null) return "not-found";
    if (isTextRenditionName(rendition)) return captions(claims, rendition, later);
    return claims.qualities.includes(rendition) ? playlists.media(claims, rendition) : "quality-not-allowed";
  };

  const captions = async (claims: PlaybackClaims, rendition: string, later: Later) => {
    const isThere = (part: PartSnapshot) =>
      part.captions.some(({ textId }) => textRenditionName(textId) === rendition) && part.durationSeconds !== null;
    const opened = await texts.open(claims, later, isThere);
    return opened.kind === "refused" ? opened.code : textPlaylist(opened.part.durationSeconds ?? 0);
  };

  return async (address, request, execution) => {
    const at = now();
    const read = await readToken(playbackTokens, address.token, at);
    if (read.kind === "refused") return refused(read.code);
    const { claims } = read;
    if (!isFor(claims, address)) return refused("token-for-other-video");
    const playlist = await find(claims, address.rendition, (work) => execution.waitUntil(work));
    if (playlist === "gone") return refused("superseded", "request a new token");
    if (playlist === "empty") return refused("nothing-allowed");
    if (typeof playlist === "string") return refused(playlist);
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
