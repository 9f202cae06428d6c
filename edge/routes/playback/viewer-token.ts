import * as define from "../../api/definitions/playback.ts";
import { type Route, route } from "../../api/route.ts";
import { type IssueDeps, issueTokenFor } from "./issue-token.ts";

/** `POST /video/enc/token`: a token for the qualities that the policies allow to this viewer. */
export const viewerTokenRoutes: readonly Route<IssueDeps>[] = [
  route(define.issueViewerToken, {
    handle: async (deps: IssueDeps, { body, viewer }) => {
      const startSeconds = deps.settings.TOKEN_START_SECONDS;
      return issueTokenFor(deps, { ...body, viewer, startSeconds });
    },
  }),
];
