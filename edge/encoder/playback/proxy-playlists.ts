import { TOKEN_PLACEHOLDER } from "../../../shared/domain/part/content-key.ts";
import { mediaPlaylistKey } from "../../../shared/domain/part/object-keys.ts";
import { type Quality, qualityOfAlias } from "../../../shared/domain/quality/quality.ts";
import type { Execution } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { type Refusal, refused } from "../../http/refusal.ts";
import type { PartTexts } from "../../playback/part-texts.ts";
import { playlistResponse } from "../../playback/playlist-response.ts";
import { sessionBinding } from "../../playback/session-binding.ts";
import { sessionToken } from "../../playback/session-token.ts";
import type { StoredPlaylists } from "../../playback/stored-playlists.ts";
import { compileTemplate } from "../../playlist-template/playlist-template.ts";
import { clearMediaPlaylist, clearMultivariantPlaylist } from "./clear-playlists.ts";
import { signedQuery } from "./clear-segments.ts";
import type { ClearStates } from "./clear-states.ts";
import type { ProxiedPart } from "./proxied-parts.ts";
import type { ProxyAccess } from "./proxy-access.ts";

type Asked = {
  readonly access: ProxyAccess;
  readonly part: ProxiedPart;
  readonly jobName: string;
  readonly request: Request;
  readonly execution: Execution;
};
type AskedVariant = Asked & { readonly variant: string };
type Outcome = Response | Refusal;

export interface ProxyPlaylists {
  multivariant(asked: Asked): Promise<Outcome>;
  media(asked: AskedVariant): Promise<Outcome>;
}

/** Of the Context. */
export type PlaylistsDeps = Pick<
  Context,
  "env" | "settings" | "gate" | "playbackTokens" | "clearTokens" | "clearSignatures" | "now"
>;

const REPLACED = "The renditions were deleted or replaced. Request a new token.";

/** Shared with the other routes of players. */
export type PlayerPlaylists = { readonly stored: StoredPlaylists; readonly texts: PartTexts };

export function proxyPlaylists(
  deps: PlaylistsDeps,
  states: ClearStates,
  { stored, texts }: PlayerPlaylists,
): ProxyPlaylists {
  const { env, settings, gate, playbackTokens, clearTokens, clearSignatures, now } = deps;

  const sessionOf = ({ access, request }: Asked) => {
    const signer = access.kind === "clear" ? clearTokens : playbackTokens;
    return sessionToken(signer, access, sessionBinding(settings.SESSION_BINDING, request), now());
  };

  const clearMaster = async (asked: Asked): Promise<Outcome> => {
    const { claims } = asked.access;
    const { playback } = await states.of(asked.part);
    if (playback.kind !== "clear" || playback.prefix !== claims.objectPath) return refused("superseded", REPLACED);
    const variants = playback.variants.filter(({ quality }) => claims.qualities.includes(quality));
    const token = await sessionOf(asked);
    const text = clearMultivariantPlaylist(variants, { jobName: asked.jobName, token: TOKEN_PLACEHOLDER });
    return playlistResponse(compileTemplate(text, TOKEN_PLACEHOLDER), token, asked.request);
  };

  const clearMedia = async (asked: AskedVariant, quality: Quality): Promise<Outcome> => {
    const { access, jobName, request } = asked;
    const prefix = access.claims.objectPath;
    const object = await env.SOURCE.get(mediaPlaylistKey(prefix, quality));
    if (object === null) return refused("superseded", REPLACED);
    const expiresAt = endOfSession(access, now());
    const text = await clearMediaPlaylist(await object.text(), (segment) =>
      signedQuery(clearSignatures, { jobName, prefix, quality, segment }, expiresAt),
    );
    return playlistResponse(compileTemplate(text, TOKEN_PLACEHOLDER), access.token, request);
  };

  /** Whether the ladder of the token has this quality, which the token does not allow. */
  const isInLadder = async ({ access: { kind, claims }, execution }: AskedVariant, quality: Quality) => {
    if (kind === "clear") return (await env.SOURCE.head(mediaPlaylistKey(claims.objectPath, quality))) !== null;
    const known = await gate.part(claims, (work) => execution.waitUntil(work));
    if (known === "away") return true;
    return known.part?.keys.some((key) => key.quality === quality && key.keyVersion === claims.keyVersion) ?? false;
  };

  return {
    multivariant: async (asked) => {
      if (asked.access.kind === "clear") return clearMaster(asked);
      const { claims } = asked.access;
      const captions = await texts.captionsOf(claims, (work) => asked.execution.waitUntil(work));
      const playlist = await stored.multivariant(claims, captions, asked.jobName);
      if (playlist === "gone") return refused("superseded", "request a new token");
      if (playlist === "empty") return refused("nothing-allowed");
      return playlistResponse(playlist, await sessionOf(asked), asked.request);
    },
    media: async (asked) => {
      const { access, variant, request } = asked;
      const quality = qualityOfAlias(variant);
      if (quality === null) return refused("not-found");
      if (!access.claims.qualities.includes(quality)) {
        return refused((await isInLadder(asked, quality)) ? "quality-not-allowed" : "not-found");
      }
      if (access.kind === "clear") return clearMedia(asked, quality);
      const playlist = await stored.media(access.claims, quality);
      if (playlist === "gone" || playlist === "empty") return refused("superseded", "request a new token");
      return playlistResponse(playlist, await sessionOf(asked), request);
    },
  };
}

/** In seconds. An issued token that opens a media playlist directly starts a session, as for encrypted content. */
function endOfSession({ claims }: ProxyAccess, now: number): number {
  return claims.kind === "session" ? claims.expiresAt : Math.floor(now / 1000) + claims.sessionSeconds;
}
