import * as define from "../../api/definitions/playback/playback.ts";
import { type Route, route } from "../../api/route.ts";
import { type IssueDeps, issueTokenFor } from "./issue-token.ts";

/** `POST /video/enc/token`: a token for the qualities that the policies allow to this viewer. */
export const viewerTokenRoutes: readonly Route<IssueDeps>[] = [
  route(define.issueViewerToken, {
    handle: async (deps: IssueDeps, { body, viewer, acceptedAt, execution }) => {
      const startSeconds = deps.settings.TOKEN_START_SECONDS;
      const viewerId = viewer.kind === "viewer" ? await deps.viewerIds.of(viewer.id) : null;
      return issueTokenFor(deps, { ...body, viewer, viewerId, apiKeyId: null, startSeconds, acceptedAt }, execution);
    },
  }),
];
