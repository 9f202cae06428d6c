import { VIDEO_QUALITIES } from "../../../shared/domain/quality/quality.ts";
import * as define from "../../api/definitions/playback/playback.ts";
import { type Route, route } from "../../api/route.ts";
import { type IssueDeps, issueTokenFor } from "../playback/issue-token.ts";

/**
 * `POST /demo/subscriber-token`: the token of a viewer with every entitlement, for anybody. It exists only where
 * DEMO_VIEWERS is "enabled", as `npm start` writes into .dev.vars of this machine.
 */
export const demoTokenRoutes: readonly Route<IssueDeps>[] = [
  route(define.issueDemoToken, {
    handle: async (deps: IssueDeps, { body, execution }) => {
      const viewer = { kind: "viewer", id: "demo-subscriber", entitlements: [...VIDEO_QUALITIES] } as const;
      const viewerId = await deps.viewerIds.of(viewer.id);
      const startSeconds = deps.settings.TOKEN_START_SECONDS;
      // Everybody may have it.
      const acceptedAt = Number.POSITIVE_INFINITY;
      return issueTokenFor(deps, { ...body, viewer, viewerId, apiKeyId: null, startSeconds, acceptedAt }, execution);
    },
  }),
];
