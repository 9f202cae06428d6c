import { refreshPlaySession } from "../../../shared/application/commands/refresh-play-session.ts";
import type { PlaybackClaims } from "../../../shared/playback-token/claims.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/playback/playback.ts";
import { type Route, route } from "../../api/route.ts";
import type { IssueCounter } from "../../auth/issue-limit.ts";
import type { Context } from "../../context.ts";
import { refreshRefusal } from "../../gate/gate.ts";
import { refused } from "../../http/refusal.ts";
import { isElsewhere } from "../../playback/session-binding.ts";

type Deps = Pick<Context, "issueLimit" | "gate" | "playbackTokens" | "sessionRules" | "settings" | "now">;
type SessionInput = { readonly session: PlaybackClaims };

/**
 * `/video/enc/session`: POST returns a token of the same play session with a later end. DELETE ends the session early,
 * and so does `POST .../end`, for pages that can only send a beacon (Beacon API).
 */
export const sessionRoutes: readonly Route<Deps>[] = [
  route(define.refreshSession, {
    handle: async ({ issueLimit, gate, playbackTokens: signer, sessionRules, settings, now }: Deps, input) => {
      const { session, request, execution } = input;
      if (isElsewhere(settings.SESSION_BINDING, session, request)) return refused("session-elsewhere");
      if (await issueLimit.isBeyond(counterOf(session))) return refused("too-many-requests");
      const at = now();
      const refusalOf = (later: PlaybackClaims) => refreshRefusal(gate, later, at, (work) => execution.waitUntil(work));
      const refreshed = await refreshPlaySession({ refusalOf, signer }, session, sessionRules.longestSeconds, at);
      if (refreshed.kind === "refused") return refused(refreshed.reason);
      const { token, expiresAt, refreshableUntil } = refreshed;
      return answer(200, { token, expiresAt: timeOf(expiresAt), refreshableUntil: timeOf(refreshableUntil) });
    },
  }),
  route(define.endSession, { handle: end }),
  route(define.endSessionByBeacon, { handle: end }),
];

async function end({ issueLimit, gate, now }: Deps, { session }: SessionInput) {
  if (await issueLimit.isBeyond(counterOf(session))) return refused("too-many-requests");
  if (session.kind !== "session") return refused("not-a-session");
  return (await gate.counting.end(session, now())) === "away" ? refused("unavailable") : answer(204, null);
}

/** Limited by the issued token: anybody can start any number of its sessions without a database. */
function counterOf({ tokenId }: PlaybackClaims): IssueCounter {
  return { kind: "token", id: tokenId };
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
