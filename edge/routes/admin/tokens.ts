import type * as z from "zod";
import type { SessionLimit } from "../../../shared/domain/access/play-session.ts";
import * as define from "../../api/definitions/admin/tokens.ts";
import { type Route, route } from "../../api/route.ts";
import { type ClearIssueDeps, issueClearToken } from "../../encoder/playback/issue-clear-token.ts";
import { sessionOverflow } from "../../settings/session-settings.ts";
import { type IssueDeps, issueTokenFor } from "../playback/issue-token.ts";

type Deps = IssueDeps & ClearIssueDeps;
type Fields = z.output<typeof define.issueToken.body>;

/** `POST /admin/video/enc/token`: a site issues a token for what it has sold. Policies do not limit administrators. */
export const adminTokenRoutes: readonly Route<Deps>[] = [
  route(define.issueToken, {
    asked: ({ body: { videoPostId, fileIndex, qualities: _, ...details } }) => ({ videoPostId, fileIndex, details }),
    handle: async (deps: Deps, { body, caller, acceptedAt = "away", execution }) => {
      const { viewer: issuedTo, ...asked } = body;
      const viewer = { kind: "administrator", id: caller.id } as const;
      const startSeconds = asked.startSeconds ?? deps.settings.TOKEN_START_SECONDS;
      const sessionLimit = limitOf(body, deps);
      const viewerId = issuedTo === undefined ? null : await deps.viewerIds.of(issuedTo);
      const apiKeyId = apiKeyIdOf(caller.id);
      const request = { ...asked, startSeconds, viewer, viewerId, apiKeyId, sessionLimit, acceptedAt };
      const issue = body.clear ? issueClearToken : issueTokenFor;
      const issued = await issue(deps, request, execution);
      if (issued.kind === "refused") return issued;
      const { tokenId, ...answered } = issued;
      const { qualities, expiresAt } = issued.body;
      return { ...answered, facts: { details: { qualities, expiresAt, tokenId } } };
    },
  }),
];

/** Null for callers by Access and by the gateway. */
function apiKeyIdOf(callerId: string): string | null {
  return callerId.startsWith("api-key:") ? callerId.slice("api-key:".length) : null;
}

/** Null for no limit, undefined for that of the settings. */
function limitOf({ sessionLimit, sessionOverflow: written }: Fields, { settings }: Pick<IssueDeps, "settings">) {
  if (sessionLimit === undefined || sessionLimit === null) return sessionLimit;
  const overflow = sessionOverflow(written ?? settings.SESSION_LIMIT_POLICY);
  return { atMost: sessionLimit, overflow } satisfies SessionLimit;
}
